#include <stdlib.h>
#include <uv.h>

#include "runtime.h"

#define EXECUTED 20000
#define TIMERS 1000000

/*
 * executor: one uv_queue_work after another
 */

struct queueing {
    uv_loop_t loop;
    uv_work_t work;
    int left;
};

static void do_nothing(uv_work_t *work)
{
    (void)work;
}

static void queue_next(uv_work_t *work, int status)
{
    struct queueing *queueing = work->data;
    must(status, "uv_queue_work");
    if (queueing->left-- > 0)
        must(uv_queue_work(&queueing->loop, work, do_nothing, queue_next), "uv_queue_work");
}

double libuv_executor(void)
{
    struct queueing queueing = {.left = EXECUTED};
    must(uv_loop_init(&queueing.loop), "uv_loop_init");
    queueing.work.data = &queueing;
    uint64_t start = uv_hrtime();
    queue_next(&queueing.work, 0);
    uv_run(&queueing.loop, UV_RUN_DEFAULT);
    double result = per_unit(start, EXECUTED);
    must(uv_loop_close(&queueing.loop), "uv_loop_close");
    return result;
}

/*
 * timers_1m: a uv_timer_t each. libuv's clock cannot be moved, so they are due at once, in an order
 * of their own: the least multiple of the spread that lies in the past.
 */

static void count(uv_timer_t *timer)
{
    ++*(int *)timer->data;
}

double libuv_timers(void)
{
    uv_loop_t loop;
    int fired = 0;
    uv_timer_t *timers = calloc(TIMERS, sizeof(*timers));
    must(timers ? 0 : UV_ENOMEM, "calloc");
    must(uv_loop_init(&loop), "uv_loop_init");
    srand(1);
    uint64_t start = uv_hrtime();
    /* Due within 60 s of a time one minute ago: the heap sees the same order as ours. */
    uint64_t now = loop.time;
    loop.time = now > 61000 ? now - 61000 : 0;
    for (int i = 0; i < TIMERS; i++) {
        uv_timer_init(&loop, &timers[i]);
        timers[i].data = &fired;
        must(
            uv_timer_start(&timers[i], count, 1 + (uint64_t)(rand() % 60000), 0), "uv_timer_start");
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    double result = per_unit(start, TIMERS);
    must(fired == TIMERS ? 0 : UV_EINVAL, "firing all timers");
    for (int i = 0; i < TIMERS; i++)
        uv_close((uv_handle_t *)&timers[i], NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    must(uv_loop_close(&loop), "uv_loop_close");
    free(timers);
    return result;
}
