#include "common/loop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/debug.h"
#include "common/loop_state.h"
#include "common/trace_record.h"

/* Of wake-ups in a pass: a chain of them costs no look for events at each link. */
#define ROUNDS 16

_Static_assert(offsetof(struct loop_state, trace) == 0, "trace_of looks there");

static void before_poll(uv_prepare_t *prepare);
static void run_pass(uv_check_t *check);

int loop_init(uv_loop_t *loop)
{
    struct loop_state *state = calloc(1, sizeof(*state));
    if (!state)
        return UV_ENOMEM;
    int error = uv_loop_init(loop);
    if (error) {
        free(state);
        return error;
    }
    loop->data = state;
    state->debug = debug_open();
    uv_check_init(loop, &state->check);
    uv_check_start(&state->check, run_pass);
    uv_unref((uv_handle_t *)&state->check);
    uv_prepare_init(loop, &state->prepare);
    uv_idle_init(loop, &state->idle);
    uv_timer_init(loop, &state->alarm);
    state->handles = 4;
    state->seed = loop_seed();
    state->trace = trace_open(loop);
    if (state->trace)
        uv_prepare_start(&state->prepare, before_poll);
    uv_unref((uv_handle_t *)&state->prepare);
    return 0;
}

/* Neither may be called by what the loop has called. */
static void require_outside(const struct loop_state *state, const char *what)
{
    if (!state->running)
        return;
    fprintf(
        stderr, "%s was called while the loop runs: use loop_stop, and call it after that\n", what);
    abort();
}

int loop_run(uv_loop_t *loop)
{
    struct loop_state *state = state_of(loop);
    require_outside(state, "loop_run");
    if (state->debug)
        debug_enter(state->debug);
    state->running = true;
    uv_run(loop, UV_RUN_DEFAULT);
    state->running = false;
    int error = state->error;
    state->error = 0;
    return error;
}

void loop_stop(uv_loop_t *loop)
{
    uv_stop(loop);
}

struct loop_attachment **loop_attachment(uv_loop_t *loop)
{
    return &state_of(loop)->attachment;
}

/*
 * A pass
 */

static void queue_append(struct queue *queue, struct loop_callback *callback)
{
    if (callback->pending)
        return;
    callback->pending = true;
    callback->next = NULL;
    if (queue->first)
        queue->last->next = callback;
    else
        queue->first = callback;
    queue->last = callback;
}

/* Runs those that are in the queue now: a snapshot, so that what they add waits its turn. */
static void queue_drain(struct loop_state *state, struct queue *queue, const char *phase)
{
    if (!queue->first)
        return;
    if (state->trace)
        trace_phase(state->trace, phase);
    state->next = state->seed ? loop_shuffle(queue->first, &state->seed) : queue->first;
    *queue = (struct queue){0};
    while (state->next) {
        struct loop_callback *callback = take_next(state);
        callback->run(callback->argument);
    }
    if (state->trace)
        trace_phase_end(state->trace, phase);
}

static void before_poll(uv_prepare_t *prepare)
{
    trace_before_poll(state_of(prepare->loop)->trace);
}

static void do_nothing(uv_idle_t *idle)
{
    (void)idle;
}

static void begin_a_pass(uv_timer_t *alarm)
{
    struct loop_state *state = state_of(alarm->loop);
    state->alarm_at = 0;
    uv_idle_start(&state->idle, do_nothing);
}

/* The alarm follows the earliest timer. With the clock paused, time never comes by itself. */
static void set_alarm(struct loop_state *state)
{
    bool any = state->timers.count > 0 && !state->clock_paused;
    uint64_t deadline = any ? timer_heap_deadline(&state->timers) : 0;
    if (deadline == state->alarm_at)
        return;
    state->alarm_at = deadline;
    if (!any) {
        uv_timer_stop(&state->alarm);
        return;
    }
    uint64_t now = uv_now(state->alarm.loop);
    uv_timer_start(&state->alarm, begin_a_pass, deadline > now ? deadline - now : 0, 0);
}

static void set_idle(struct loop_state *state)
{
    bool due = timer_heap_deadline(&state->timers) <= loop_now(state->alarm.loop);
    if (due || state->ready.first || state->woken.first || state->end_of_pass.first)
        uv_idle_start(&state->idle, do_nothing);
    else
        uv_idle_stop(&state->idle);
}

static void expire_timers(struct loop_state *state, uint64_t now)
{
    struct loop_timer *timer;
    if (timer_heap_deadline(&state->timers) > now)
        return;
    if (state->trace)
        trace_phase(state->trace, "timers");
    while ((timer = timer_heap_take(&state->timers, now))) {
        if (state->trace)
            trace_timer_fired(state->trace, timer);
        timer->run(timer->argument);
    }
    if (state->trace)
        trace_phase_end(state->trace, "timers");
}

// #region run_pass
static void run_pass(uv_check_t *check)
{
    struct loop_state *state = state_of(check->loop);
    if (state->closing)
        return;
    if (state->trace)
        trace_after_poll(state->trace);
    state->deferred = !state->debug; /* which looks at each call, in begin_soon */
    expire_timers(state, loop_now(check->loop));
    queue_drain(state, &state->ready, "ready");
    for (int round = 0; round < ROUNDS && state->woken.first; round++)
        queue_drain(state, &state->woken, "woken");
    queue_drain(state, &state->end_of_pass, "end of pass");
    state->deferred = false;
    set_alarm(state);
    set_idle(state);
    if (state->trace)
        trace_pass_end(state->trace);
}
// #endregion run_pass

static void require_own_thread(const struct loop_state *state)
{
    if (state->debug && state->running)
        debug_require_thread(state->debug);
}

/* Apart, so that within a pass scheduling is short. */
__attribute__((noinline)) static void begin_soon(struct loop_state *state)
{
    require_own_thread(state);
    uv_idle_start(&state->idle, do_nothing);
}

static void schedule(struct loop_state *state, struct queue *queue, struct loop_callback *callback)
{
    queue_append(queue, callback);
    if (!state->deferred)
        begin_soon(state);
}

void loop_ready(uv_loop_t *loop, struct loop_callback *callback)
{
    schedule(state_of(loop), &state_of(loop)->ready, callback);
}

void loop_wake(uv_loop_t *loop, struct loop_callback *callback)
{
    schedule(state_of(loop), &state_of(loop)->woken, callback);
}

void loop_at_end_of_pass(uv_loop_t *loop, struct loop_callback *callback)
{
    schedule(state_of(loop), &state_of(loop)->end_of_pass, callback);
}

/*
 * Time
 */

uint64_t loop_now(const uv_loop_t *loop)
{
    const struct loop_state *state = state_of(loop);
    return state->clock_paused ? state->paused_at : uv_now(loop);
}

uint64_t loop_deadline(const uv_loop_t *loop, double seconds)
{
    uint64_t now = loop_now(loop);
    if (!(seconds > 0))
        return now;
    /* Rounded up: a timer is never early. Beyond some thousand years, never. */
    double milliseconds = ceil(seconds * 1000.0);
    return milliseconds < 1e15 ? now + (uint64_t)milliseconds : UINT64_MAX;
}

void loop_clock_pause(uv_loop_t *loop)
{
    struct loop_state *state = state_of(loop);
    state->paused_at = loop_now(loop);
    state->clock_paused = true;
    set_alarm(state);
}

void loop_clock_advance(uv_loop_t *loop, double seconds)
{
    struct loop_state *state = state_of(loop);
    state->paused_at = loop_deadline(loop, seconds);
    uv_idle_start(&state->idle, do_nothing);
}

int loop_timer_start(uv_loop_t *loop, struct loop_timer *timer, uint64_t deadline)
{
    struct loop_state *state = state_of(loop);
    if (deadline == UINT64_MAX)
        return 0;
    timer->deadline = deadline;
    int error = timer_heap_push(&state->timers, timer);
    if (!error && state->trace)
        trace_timer_set(state->trace, timer);
    if (!error && !state->deferred) {
        require_own_thread(state);
        set_alarm(state);
        set_idle(state);
    }
    return error;
}

void loop_timer_stop(uv_loop_t *loop, struct loop_timer *timer)
{
    struct loop_state *state = state_of(loop);
    if (!timer->place)
        return;
    timer_heap_stop(&state->timers, timer);
    if (state->trace)
        trace_timer_stopped(state->trace);
    if (!state->deferred)
        set_alarm(state);
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
    struct loop_state *state = state_of(loop);
    if (!state)
        return uv_loop_close(loop);
    require_outside(state, "loop_close");
    state->closing = true;
    uv_idle_stop(&state->idle);
    uv_prepare_stop(&state->prepare);
    while (loop->active_reqs.count > 0)
        uv_run(loop, UV_RUN_ONCE);
    trace_close(state->trace);
    state->trace = NULL;

    if (state->attachment)
        state->attachment->release(state->attachment);
    for (struct owned_callback *owned = state->owned, *next; owned; owned = next) {
        next = owned->next;
        free(owned);
    }
    timer_heap_free(&state->timers);

    uv_handle_t *handles[] = {(uv_handle_t *)&state->check, (uv_handle_t *)&state->idle,
        (uv_handle_t *)&state->prepare, (uv_handle_t *)&state->alarm,
        (uv_handle_t *)&state->signals[0], (uv_handle_t *)&state->signals[1]};
    for (size_t i = 0, open = state->handles; i < open; i++)
        uv_close(handles[i], handle_closed);
    while (state->handles > 0)
        uv_run(loop, UV_RUN_NOWAIT);
    int error = uv_loop_close(loop);
    if (error && state->debug)
        debug_show_handles(loop);
    free(state->debug);
    free(state);
    loop->data = NULL;
    return error;
}
