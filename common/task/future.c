#include "common/task.h"

/* One of the tasks that wait for a future. */
struct future_waiter {
    struct task_wait wait;
    struct future *future;
    int result; /* handed over, since the future may be gone when the task goes on */
    struct future_waiter *next, *previous;
};

static void add_waiter(struct future *future, struct future_waiter *waiter)
{
    waiter->previous = future->last;
    if (future->last)
        future->last->next = waiter;
    else
        future->first = waiter;
    future->last = waiter;
}

static void remove_waiter(struct future *future, struct future_waiter *waiter)
{
    if (waiter->next)
        waiter->next->previous = waiter->previous;
    else
        future->last = waiter->previous;
    if (waiter->previous)
        waiter->previous->next = waiter->next;
    else
        future->first = waiter->next;
}

static void cancel_wait(struct task_wait *wait)
{
    struct future_waiter *waiter = (struct future_waiter *)wait;
    remove_waiter(waiter->future, waiter);
    task_wake(wait, UV_ECANCELED);
}

int future_set(struct future *future, int result)
{
    if (future->done)
        return UV_EALREADY;
    future->done = true;
    future->result = result;
    while (future->first) {
        struct future_waiter *waiter = future->first;
        remove_waiter(future, waiter);
        waiter->result = result;
        task_wake(&waiter->wait, 0);
    }
    return 0;
}

int future_wait(struct future *future, int *result)
{
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
