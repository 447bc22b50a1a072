#include "common/loop.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/loop/state.h"
#include "common/observe/hooks.h"

#define HANDLES 5 /* libuv handles that each loop has from loop_init to loop_close */

_Static_assert(offsetof(struct loop_state, observer) == 0, "trace_mark looks there");

static void before_poll(uv_prepare_t *prepare)
{
    observe(state_of(prepare->loop)->observer, poll_begin);
}

/* Opens /dev/null for each standard descriptor that is closed. Otherwise one of the loop's own
 * descriptors would get that number, and messages for the user would be written to it;
 * libuv aborts when it closes such a descriptor. */
static void open_standard_descriptors(void)
{
    int descriptor;
    do
        descriptor = open("/dev/null", O_RDWR);
    while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    if (descriptor > STDERR_FILENO)
        close(descriptor);
}

/* libuv opens one descriptor for the loop, up to three since 1.45, and then, for the first loop, a
 * pipe for signals. If it cannot open the pipe, it aborts the program. So we check whether there is
 * room. */
static int check_descriptors(void)
{
    int pipes[3][2], count = 0, error = 0;
    while (count < 3 && !(error = uv_pipe(pipes[count], 0, 0)))
        count++;
    while (count-- > 0) {
        close(pipes[count][0]);
        close(pipes[count][1]);
    }
    return error;
}

int loop_init(uv_loop_t *loop)
{
    require(loop);
    *loop = (uv_loop_t){0}; /* if this function fails, the loop is not open */
    open_standard_descriptors();
    struct loop_state *state = calloc(1, sizeof(*state));
    if (!state)
        return UV_ENOMEM;
    int error = check_descriptors();
    if (!error)
        error = uv_loop_init(loop);
    if (error)
        goto free_state;
    error = threadsafe_calls_open(&state->threadsafe, loop);
    if (error)
        goto close_loop;
    error = observer_open(&state->observer, loop);
    if (error)
        goto close_threadsafe;
    loop->data = state;
    STAILQ_INIT(&state->ready);
    STAILQ_INIT(&state->woken);
    STAILQ_INIT(&state->end_of_iteration);
    uv_check_init(loop, &state->check);
    uv_check_start(&state->check, loop_run_iteration);
    uv_unref((uv_handle_t *)&state->check);
    uv_prepare_init(loop, &state->prepare);
    uv_idle_init(loop, &state->idle);
    uv_timer_init(loop, &state->alarm);
    state->handles = HANDLES;
    if (state->observer)
        uv_prepare_start(&state->prepare, before_poll);
    uv_unref((uv_handle_t *)&state->prepare);
    return 0;

close_threadsafe:
    uv_close((uv_handle_t *)&state->threadsafe.async, NULL);
    uv_run(loop, UV_RUN_NOWAIT);
    threadsafe_calls_free(&state->threadsafe);
close_loop:
    uv_loop_close(loop);
free_state:
    *loop = (uv_loop_t){0};
    free(state);
    return error;
}

/* Ends the program if a callback or a task of the loop has called the function named what. */
static void require_outside(const struct loop_state *state, const char *what)
{
    if (!state->running)
        return;
    misuse("%s was called while the loop runs: use loop_stop, and call it after that", what);
}

int loop_run(uv_loop_t *loop)
{
    require_loop(loop);
    struct loop_state *state = state_of(loop);
    require_outside(state, "loop_run");
    observe(state->observer, run);
    state->running = true;
    uv_run(loop, UV_RUN_DEFAULT);
    state->running = false;
    int error = state->error;
    state->error = 0;
    return error;
}

void loop_stop(uv_loop_t *loop)
{
    require_loop(loop);
    observe(state_of(loop)->observer, stop);
    uv_stop(loop);
}

struct loop_attachment **loop_attachment(uv_loop_t *loop)
{
    require_loop(loop);
    return &state_of(loop)->attachment;
}

/*
 * Closing
 */

static void handle_closed(uv_handle_t *handle)
{
    state_of(handle->loop)->handles--;
}

int loop_close(uv_loop_t *loop)
{
    require(loop);
    if (!state_of(loop) && uv_backend_fd(loop) > STDERR_FILENO) /* it has returned UV_EBUSY */
        return uv_loop_close(loop);
    require_loop(loop);
    struct loop_state *state = state_of(loop);
    require_outside(state, "loop_close");
    state->closing = true;
    uv_idle_stop(&state->idle);
    uv_prepare_stop(&state->prepare);
    while (loop->active_reqs.count > 0)
        uv_run(loop, UV_RUN_ONCE);
    loop_close_signals(loop);
    observer_finish(state->observer);

    if (state->attachment)
        state->attachment->release(state->attachment);
    struct owned_callback *owned;
    while ((owned = LIST_FIRST(&state->owned))) {
        LIST_REMOVE(owned, entry);
        free(owned);
    }
    timer_heap_free(&state->timers);

    uv_handle_t *handles[HANDLES] = {(uv_handle_t *)&state->check, (uv_handle_t *)&state->idle,
        (uv_handle_t *)&state->prepare, (uv_handle_t *)&state->alarm,
        (uv_handle_t *)&state->threadsafe.async};
    for (int i = 0; i < HANDLES; i++)
        uv_close(handles[i], handle_closed);
    while (state->handles > 0)
        uv_run(loop, UV_RUN_NOWAIT);
    threadsafe_calls_free(&state->threadsafe);
    int error = uv_loop_close(loop);
    observer_close(state->observer, loop, error);
    free(state);
    loop->data = NULL;
    return error;
}
