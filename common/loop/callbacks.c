/* loop_call_soon and loop_call_later: callbacks that the loop allocates. */
#include <stdlib.h>

#include "common/loop/state.h"
#include "common/observe/hooks.h"

static void owned_free(struct owned_callback *owned)
{
    LIST_REMOVE(owned, entry);
    free(owned);
}

static void owned_run(void *argument)
{
    struct owned_callback owned = *(struct owned_callback *)argument;
    owned_free(argument);
    observe_call(state_of(owned.loop)->observer, owned.run, owned.argument);
}

static void owned_due(void *argument)
{
    struct owned_callback *owned = argument;
    loop_ready(owned->loop, &owned->callback);
}

static struct owned_callback *owned_new(uv_loop_t *loop, void (*run)(void *), void *argument)
{
    struct loop_state *state = state_of(loop);
    struct owned_callback *owned = calloc(1, sizeof(*owned));
    if (!owned) {
        state->error = UV_ENOMEM;
        uv_stop(loop);
        return NULL;
    }
    owned->loop = loop;
    owned->run = run;
    owned->argument = argument;
    owned->callback = (struct loop_callback){.run = owned_run, .argument = owned};
    owned->timer = (struct loop_timer){.run = owned_due, .argument = owned};
    LIST_INSERT_HEAD(&state->owned, owned, entry);
    return owned;
}

int loop_call_soon(uv_loop_t *loop, void (*callback)(void *argument), void *argument)
{
    require_loop(loop);
    require(callback);
    struct owned_callback *owned = owned_new(loop, callback, argument);
    if (!owned)
        return UV_ENOMEM;
    loop_ready(loop, &owned->callback);
    return 0;
}

int loop_call_later(
    uv_loop_t *loop, double seconds, void (*callback)(void *argument), void *argument)
{
    require_loop(loop);
    require(callback);
    struct loop_state *state = state_of(loop);
    struct owned_callback *owned = owned_new(loop, callback, argument);
    if (!owned)
        return UV_ENOMEM;
    int error = loop_timer_start(loop, &owned->timer, loop_deadline(loop, seconds));
    if (error) {
        owned_free(owned);
        state->error = error;
        uv_stop(loop);
    }
    return error;
}
