/* A pass of the loop, what is to run in it, and the clock that it follows. */
#include <math.h>

#include "common/loop/state.h"
#include "common/observe/debug.h"
#include "common/observe/trace/record.h"

/* Of wake-ups in a pass: a chain of them costs no look for events at each link. */
#define ROUNDS 16

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

/* The recording is asked for once a pass: what has this word is compiled for both answers. */
#define FOR_BOTH __attribute__((always_inline)) static inline

/* Runs those that are in the queue now: a snapshot, so that what they add waits its turn. */
FOR_BOTH void queue_drain(
    struct loop_state *state, struct queue *queue, struct trace *trace, const char *phase)
{
    if (!queue->first)
        return;
    if (trace)
        trace_phase(trace, phase);
    state->next = state->seed ? loop_shuffle(queue->first, &state->seed) : queue->first;
    *queue = (struct queue){0};
    while (state->next) {
        struct loop_callback *callback = take_next(state);
        callback->run(callback->argument);
    }
    if (trace)
        trace_phase_end(trace, phase);
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

FOR_BOTH void expire_timers(struct loop_state *state, uint64_t now, struct trace *trace)
{
    struct loop_timer *timer;
    if (timer_heap_deadline(&state->timers) > now)
        return;
    if (trace)
        trace_phase(trace, "timers");
    while ((timer = timer_heap_take(&state->timers, now))) {
        if (trace)
            trace_timer_fired(trace, timer);
        timer->run(timer->argument);
    }
    if (trace)
        trace_phase_end(trace, "timers");
}

// #region run_pass
FOR_BOTH void run_phases(struct loop_state *state, struct trace *trace)
{
    state->deferred = !state->debug; /* which looks at each call, in begin_soon */
    expire_timers(state, loop_now(state->check.loop), trace);
    queue_drain(state, &state->ready, trace, "ready");
    for (int round = 0; round < ROUNDS && state->woken.first; round++)
        queue_drain(state, &state->woken, trace, "woken");
    queue_drain(state, &state->end_of_pass, trace, "end of pass");
    state->deferred = false;
    set_alarm(state);
    set_idle(state);
}
// #endregion run_pass

TRACE_COLD static void run_traced_phases(struct loop_state *state, struct trace *trace)
{
    trace_after_poll(trace);
    run_phases(state, trace);
    trace_pass_end(trace);
}

void loop_before_poll(uv_prepare_t *prepare)
{
    trace_before_poll(trace_in(state_of(prepare->loop)));
}

void loop_run_pass(uv_check_t *check)
{
    struct loop_state *state = state_of(check->loop);
    if (state->closing)
        return;
    if (trace_in(state))
        run_traced_phases(state, trace_in(state));
    else
        run_phases(state, NULL);
}

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

uint64_t loop_deadline(uv_loop_t *loop, double seconds)
{
    if (!(seconds > 0))
        return loop_now(loop);
    /* From now on, not from the beginning of the pass: who asks may have been busy since. */
    uv_update_time(loop);
    uint64_t now = loop_now(loop);
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
    if (!error && trace_in(state))
        trace_timer_set(trace_in(state), timer);
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
    if (trace_in(state))
        trace_timer_stopped(trace_in(state));
    if (!state->deferred)
        set_alarm(state);
}
