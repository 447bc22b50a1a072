/* task_run: the first task of a loop, from its start to its end. */
#include <stdatomic.h>

#include "common/loop/state.h"
#include "common/observe/hooks.h"
#include "common/task.h"
#include "common/task/state.h"

static void cancel_root(void *argument)
{
    struct task_pool *pool = argument;
    if (pool->root)
        task_cancel(pool->root);
}

static void root_ended(struct task *root)
{
    loop_stop(root->pool->loop);
}

/* Whether the first task of the last task_run was cancelled, in any thread. */
static atomic_bool root_cancelled;

bool task_run_was_cancelled(void)
{
    return root_cancelled;
}

/* Runs the first task until it has ended. loop_hold keeps the loop running even while only a signal
 * can wake a task, so loop_run returns earlier only after loop_stop or for lack of memory. */
static int run_root(struct task_pool *pool, struct task *root)
{
    int failure = 0;
    pool->root = root;
    root->on_end = root_ended;
    loop_ready(pool->loop, &root->ready);
    loop_hold(pool->loop);
    while (!root->ended) {
        int error = loop_run(pool->loop);
        failure = failure ? failure : error;
        task_cancel(root);
    }
    loop_release(pool->loop);
    pool->root = NULL;
    root_cancelled = root->cancelled;
    int result = root->result;
    task_free(root);
    return failure && (result >= 0 || result == UV_ECANCELED) ? failure : result;
}

int task_run(uv_loop_t *loop, const char *name, int (*function)(void *argument), void *argument)
{
    require_loop(loop);
    require(function);
    if (running_pool || state_of(loop)->running)
        misuse("task_run was called while the loop runs: use scope_spawn");
    struct task_pool *pool = task_pool_of(loop);
    struct task_watch watch;
    if (!pool || observe_tasks_begin(&watch, loop))
        return UV_ENOMEM;
    task_pool_begin(pool);
    int result = loop_on_signal(loop, cancel_root, pool);
    bool catches = result == 0;
    if (catches || result == UV_EALREADY) { /* the program catches them itself */
        struct task *root = task_new(pool, name, function, argument, 0);
        result = root ? run_root(pool, root) : UV_ENOMEM;
    }
    if (catches) {
        loop_stop_interrupts(loop);
        if (loop_signal_received(loop)) /* it may have arrived after the task's last wait */
            root_cancelled = true;
    }
    observe_tasks_end(&watch);
    return result;
}
