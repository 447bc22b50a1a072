/* NEAR MISS: the argument belongs to the caller, who frees it if it was allocated at all.
 * Says: the argument of run was freed */
#include "../exercise.h"

#include <stdlib.h>

struct call {
    uv_timer_t timer;
    void (*run)(void *argument);
    void *argument;
};

static void closed(uv_handle_t *handle)
{
    struct call *call = handle->data;
    free(call->argument);
    free(call);
}

static void due(uv_timer_t *timer)
{
    struct call *call = timer->data;
    uv_close((uv_handle_t *)timer, closed);
    call->run(call->argument);
}

/* EXERCISE: on some days the callback runs, on others the program crashes in libuv. Find out why,
 * and fix call_after and the functions that it needs. */
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
