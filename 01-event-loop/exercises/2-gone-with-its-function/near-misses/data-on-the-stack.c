/* NEAR MISS: the timer is allocated, but its data is the address of a local variable.
 * Says: the timer's data points to memory */
#include "../exercise.h"

#include <stdlib.h>

struct call {
    uv_timer_t timer;
    void (*run)(void *argument);
    void *argument;
};

static void closed(uv_handle_t *timer)
{
    free(timer);
}

static void due(uv_timer_t *timer)
{
    struct call *call = timer->data;
    call->run(call->argument);
    uv_close((uv_handle_t *)timer, closed);
}

/* The loop keeps the timer's address after this function has returned. So the timer is allocated,
 * and freed by its close callback. */
int call_after(uv_loop_t *loop, uint64_t ms, void (*run)(void *argument), void *argument)
{
    struct call *call = malloc(sizeof(*call));
    if (!call)
        return UV_ENOMEM;
    struct call local = {.run = run, .argument = argument};
    *call = local;
    uv_timer_init(loop, &call->timer);
    call->timer.data = &local;
    return uv_timer_start(&call->timer, due, ms, 0);
}
