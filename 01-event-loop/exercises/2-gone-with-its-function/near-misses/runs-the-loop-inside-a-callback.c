/* NEAR MISS: the loop would close the timer soon, but uv_run may not be called inside a callback.
 * Says: may not be called inside a callback */
#include "../exercise.h"
#include <stdlib.h>
struct call {
    uv_timer_t timer;
    void (*run)(void *argument);
    void *argument;
};
static void due(uv_timer_t *timer)
{
    struct call *call = timer->data;
    call->run(call->argument);
    uv_close((uv_handle_t *)timer, NULL);
    uv_run(timer->loop, UV_RUN_NOWAIT);
    free(call);
}
int call_after(uv_loop_t *loop, uint64_t ms, void (*run)(void *argument), void *argument)
{
    struct call *call = malloc(sizeof(*call));
    if (!call)
        return UV_ENOMEM;
    *call = (struct call){.run = run, .argument = argument};
    uv_timer_init(loop, &call->timer);
    call->timer.data = call;
    return uv_timer_start(&call->timer, due, ms, 0);
}
