/* NEAR MISS: there may be no memory, and then the timer is at address 0.
 * Says: there was no memory, and call_after used what malloc */
#include "../exercise.h"

#include <stdlib.h>

struct call {
    uv_timer_t timer;
    void (*run)(void *argument);
    void *argument;
};

static void closed(uv_handle_t *timer)
{
    free(timer->data);
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
    *call = (struct call){.run = run, .argument = argument};
    uv_timer_init(loop, &call->timer);
    call->timer.data = call;
    return uv_timer_start(&call->timer, due, ms, 0);
}
