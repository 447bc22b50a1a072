/* The one call that another thread may make. */
#include <stdlib.h>

#include "common/loop/state.h"
#include "common/observe/hooks.h"

struct threadsafe_call {
    void (*run)(void *argument);
    void *argument;
    STAILQ_ENTRY(threadsafe_call) entry;
};

static void take_all(struct threadsafe_calls *calls, struct call_queue *taken)
{
    STAILQ_INIT(taken);
    uv_mutex_lock(&calls->lock);
    STAILQ_CONCAT(taken, &calls->queue);
    uv_mutex_unlock(&calls->lock);
}

/* Removes the first call and stores it in *call. Returns false if there is none. */
static bool next_call(struct call_queue *queue, struct threadsafe_call *call)
{
    struct threadsafe_call *first = STAILQ_FIRST(queue);
    if (!first)
        return false;
    STAILQ_REMOVE_HEAD(queue, entry);
    *call = *first;
    free(first);
    return true;
}

/* Calls that arrive meanwhile wait for the next iteration, so that a busy thread does not hold the
 * loop. */
static void run_calls(uv_async_t *async)
{
    struct loop_state *state = state_of(async->loop);
    struct call_queue queue;
    struct threadsafe_call call;
    if (state->closing)
        return; /* loop_close drops them */
    take_all(&state->threadsafe, &queue);
    while (next_call(&queue, &call))
        observe_call(state->observer, call.run, call.argument);
}

int loop_call_soon_threadsafe(uv_loop_t *loop, void (*callback)(void *argument), void *argument)
{
    require_loop(loop);
    require(callback);
    struct threadsafe_calls *calls = &state_of(loop)->threadsafe;
    struct threadsafe_call *call = malloc(sizeof(*call));
    if (!call)
        return UV_ENOMEM;
    *call = (struct threadsafe_call){.run = callback, .argument = argument};
    uv_mutex_lock(&calls->lock);
    STAILQ_INSERT_TAIL(&calls->queue, call, entry);
    uv_mutex_unlock(&calls->lock);
    uv_async_send(&calls->async); /* libuv may answer several of these with one callback */
    return 0;
}

int threadsafe_calls_open(struct threadsafe_calls *calls, uv_loop_t *loop)
{
    STAILQ_INIT(&calls->queue);
    int error = uv_mutex_init(&calls->lock);
    if (error)
        return error;
    error = uv_async_init(loop, &calls->async, run_calls);
    if (error)
        uv_mutex_destroy(&calls->lock);
    else
        uv_unref((uv_handle_t *)&calls->async);
    return error;
}

void threadsafe_calls_free(struct threadsafe_calls *calls)
{
    struct call_queue queue;
    struct threadsafe_call dropped;
    take_all(calls, &queue);
    while (next_call(&queue, &dropped))
        ;
    uv_mutex_destroy(&calls->lock);
}
