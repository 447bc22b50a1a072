#include "common/task.h"

#include "common/observe/misuse.h"

/* A task that waits for a future. */
struct future_waiter {
    struct task_wait wait;
    struct future *future;
    int result; /* a copy, because the future may be gone when the task runs again */
    TAILQ_ENTRY(future_waiter) waiters;
};

static void add_waiter(struct future *future, struct future_waiter *waiter)
{
    /* A future may be all zero, which TAILQ takes for an empty list but cannot append to. */
    if (TAILQ_EMPTY(&future->waiters))
        TAILQ_INIT(&future->waiters);
    TAILQ_INSERT_TAIL(&future->waiters, waiter, waiters);
}

static void cancel_wait(struct task_wait *wait)
{
    struct future_waiter *waiter = (struct future_waiter *)wait;
    TAILQ_REMOVE(&waiter->future->waiters, waiter, waiters);
    task_wake(wait, UV_ECANCELED);
}

int future_set(struct future *future, int result)
{
    require(future);
    struct future_waiter *waiter;
    if (future->done)
        return UV_EALREADY;
    future->done = true;
    future->result = result;
    while ((waiter = TAILQ_FIRST(&future->waiters))) {
        TAILQ_REMOVE(&future->waiters, waiter, waiters);
        waiter->result = result;
        task_wake(&waiter->wait, 0);
    }
    return 0;
}

int future_wait(struct future *future, int *result)
{
    require(future);
    struct future_waiter waiter = {.future = future, .result = future->result};
    if (!future->done) {
        add_waiter(future, &waiter);
        int error = task_wait(&waiter.wait, "future", cancel_wait);
        if (error)
            return error;
    }
    if (result)
        *result = waiter.result;
    return 0;
}
