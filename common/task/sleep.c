#include "common/task/state.h"

/*
 * Without memory for one more of the loop's timers. libuv's own timers need none, but each has to
 * be closed. They go by libuv's clock even while the loop's is paused.
 */

struct libuv_sleep {
    struct task_wait wait;
    uv_timer_t timer;
};

static void wake_libuv_sleeper(uv_timer_t *timer)
{
    task_wake(timer->data, 0);
}

static void cancel_libuv_sleep(struct task_wait *wait)
{
    uv_timer_stop(&((struct libuv_sleep *)wait)->timer);
    task_wake(wait, UV_ECANCELED);
}

static int sleep_without_memory(uv_loop_t *loop, uint64_t deadline)
{
    struct libuv_sleep sleep = {.timer.data = &sleep.wait};
    uint64_t now = loop_now(loop);
    uv_timer_init(loop, &sleep.timer);
    uv_timer_start(&sleep.timer, wake_libuv_sleeper, deadline > now ? deadline - now : 0, 0);
    int error = task_wait(&sleep.wait, "sleep", cancel_libuv_sleep);
    task_close_handle((uv_handle_t *)&sleep.timer);
    return error;
}

// #region sleep
struct sleep {
    struct task_wait wait;
    struct loop_timer timer;
};

static void wake_sleeper(void *argument)
{
    task_wake(&((struct sleep *)argument)->wait, 0);
}

static void cancel_sleep(struct task_wait *wait)
{
    loop_timer_stop(wait->task->pool->loop, &((struct sleep *)wait)->timer);
    task_wake(wait, UV_ECANCELED);
}

int task_sleep(double seconds)
{
    uv_loop_t *loop = task_required("task_sleep")->pool->loop;
    struct sleep sleep = {.timer = {.run = wake_sleeper, .argument = &sleep}};
    uint64_t deadline = loop_deadline(loop, seconds);
    if (loop_timer_start(loop, &sleep.timer, deadline) == UV_ENOMEM)
        return sleep_without_memory(loop, deadline);
    return task_wait(&sleep.wait, "sleep", cancel_sleep);
}
// #endregion sleep
