/* NEAR MISS: a fixed number of timers: one call more takes a timer that is in use.
 * Says: returned not enough memory */
#include "../exercise.h"

struct call {
    uv_timer_t timer;
    void (*run)(void *argument);
    void *argument;
};

static struct call calls[16];

static void closed(uv_handle_t *timer)
{
    ((struct call *)timer->data)->run = NULL;
}

static void due(uv_timer_t *timer)
{
    struct call *call = timer->data;
    call->run(call->argument);
    uv_close((uv_handle_t *)timer, closed);
}

int call_after(uv_loop_t *loop, uint64_t ms, void (*run)(void *argument), void *argument)
{
    struct call *call = calls;
    while (call < calls + 16 && call->run)
        call++;
    if (call == calls + 16)
        return UV_ENOMEM;
    *call = (struct call){.run = run, .argument = argument};
    uv_timer_init(loop, &call->timer);
    call->timer.data = call;
    return uv_timer_start(&call->timer, due, ms, 0);
}
