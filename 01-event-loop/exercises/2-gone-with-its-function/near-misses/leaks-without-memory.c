/* NEAR MISS: if the second allocation fails, nobody frees the first.
 * Says: 1 pieces of memory were never freed */
#include "../exercise.h"
#include <stdlib.h>
struct call {
    void (*run)(void *argument);
    void *argument;
};
static void closed(uv_handle_t *timer)
{
    free(timer->data);
    free(timer);
}
static void due(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, closed);
    struct call *call = timer->data;
    call->run(call->argument);
}
int call_after(uv_loop_t *loop, uint64_t ms, void (*run)(void *argument), void *argument)
{
    uv_timer_t *timer = malloc(sizeof(*timer));
    if (!timer)
        return UV_ENOMEM;
    struct call *call = malloc(sizeof(*call));
    if (!call)
        return UV_ENOMEM;
    *call = (struct call){run, argument};
    timer->data = call;
    uv_timer_init(loop, timer);
    return uv_timer_start(timer, due, ms, 0);
}
