/* NEAR MISS: call_after waits until the call has come, so that its variables live long enough.
 * Says: call_after has run the loop */
#include "../exercise.h"

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
}

int call_after(uv_loop_t *loop, uint64_t ms, void (*run)(void *argument), void *argument)
{
    struct call memory, *call = &memory;
    *call = (struct call){.run = run, .argument = argument};
    uv_timer_init(loop, &call->timer);
    call->timer.data = call;
    int error = uv_timer_start(&call->timer, due, ms, 0);
    uv_run(loop, UV_RUN_DEFAULT);
    return error;
}
