/* One iteration of the loop, its callbacks and timers, and the loop's clock. */
#include <math.h>

#include "common/loop/state.h"
#include "common/observe/hooks.h"

/* Rounds of woken callbacks in one iteration, so that a chain of wake-ups does not have to poll for
 * events at each step. */
#define ROUNDS 16

#define MILLISECOND 1000000 /* nanoseconds */
#define MAX_SECONDS 9e9     /* 285 years; more than this means never */

/* Runs the callbacks that are in the queue now. Callbacks that they add wait for the next round.
 * Always inline, because each task that wakes another costs one round. */
__attribute__((always_inline)) static inline void run_queue(
    struct loop_state *state, struct callback_queue *queue, const char *phase)
{
    if (STAILQ_EMPTY(queue))
        return;
    state->next = STAILQ_FIRST(queue);
    STAILQ_INIT(queue);
    observe(state->observer, queue_begin, phase, &state->next);
    while (state->next) {
        struct loop_callback *callback = loop_take(state);
        callback->run(callback->argument);
    }
}

static void do_nothing(uv_idle_t *idle)
{
    (void)idle;
}

static void alarm_fired(uv_timer_t *alarm)
{
    struct loop_state *state = state_of(alarm->loop);
    state->alarm_at = 0;
    uv_idle_start(&state->idle, do_nothing);
}

/* Sets the alarm to the earliest timer. While the clock is paused, no timer becomes due by
 * itself. */
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
    uv_timer_start(&state->alarm, alarm_fired, deadline > now ? deadline - now : 0, 0);
}

static void set_idle(struct loop_state *state)
{
    bool due = timer_heap_deadline(&state->timers) <= loop_now(state->alarm.loop);
    bool ready = !STAILQ_EMPTY(&state->ready) || !STAILQ_EMPTY(&state->woken) ||
                 !STAILQ_EMPTY(&state->end_of_iteration);
    if (due || ready)
        uv_idle_start(&state->idle, do_nothing);
    else
        uv_idle_stop(&state->idle);
}

static void expire_timers(struct loop_state *state, uint64_t now)
{
    struct loop_timer *timer;
    if (timer_heap_deadline(&state->timers) > now)
        return;
    observe(state->observer, phase, "timers");
    while ((timer = timer_heap_take(&state->timers, now))) {
        observe(state->observer, timer_fired, timer);
        timer->run(timer->argument);
    }
}

// #region run_iteration
static void run_phases(struct loop_state *state)
{
    /* The end of this function sets the alarm and the idle handle, so calls that schedule something
     * before that need not. But an observer has to be told of each call. */
    state->deferred = !OBSERVED(state->observer);
    expire_timers(state, loop_now(state->check.loop));
    run_queue(state, &state->ready, "ready");
    for (int round = 0; round < ROUNDS && !STAILQ_EMPTY(&state->woken); round++)
        run_queue(state, &state->woken, "woken");
    run_queue(state, &state->end_of_iteration, "end of iteration");
    state->deferred = false;
    set_alarm(state);
    set_idle(state);
}
// #endregion run_iteration

void loop_run_iteration(uv_check_t *check)
{
    struct loop_state *state = state_of(check->loop);
    if (state->closing)
        return;
    observe(state->observer, iteration_begin);
    run_phases(state);
    observe(state->observer, iteration_end);
}

static void begin_soon(struct loop_state *state)
{
    uv_idle_start(&state->idle, do_nothing);
}

/* A function of its own, so that loop_begin_soon needs no frame. */
HOOK static void begin_observed(struct loop_state *state, const struct loop_callback *callback)
{
    observe(state->observer, scheduled, callback);
    begin_soon(state);
}

void loop_begin_soon(struct loop_state *state, const struct loop_callback *callback)
{
    if (OBSERVED(state->observer))
        begin_observed(state, callback);
    else
        begin_soon(state);
}

void loop_ready(uv_loop_t *loop, struct loop_callback *callback)
{
    require_loop(loop);
    require(callback);
    require(callback->run);
    loop_schedule(state_of(loop), &state_of(loop)->ready, callback);
}

void loop_wake(uv_loop_t *loop, struct loop_callback *callback)
{
    require_loop(loop);
    require(callback);
    require(callback->run);
    loop_schedule(state_of(loop), &state_of(loop)->woken, callback);
}

void loop_at_end_of_iteration(uv_loop_t *loop, struct loop_callback *callback)
{
    require_loop(loop);
    require(callback);
    require(callback->run);
    loop_schedule(state_of(loop), &state_of(loop)->end_of_iteration, callback);
}

/*
 * Time
 */

uint64_t loop_now(const uv_loop_t *loop)
{
    require_loop(loop);
    return loop_clock(state_of(loop));
}

uint64_t loop_deadline(uv_loop_t *loop, double seconds)
{
    require_loop(loop);
    const struct loop_state *state = state_of(loop);
    if (!(seconds > 0))
        return loop_now(loop);
    if (!(seconds < MAX_SECONDS))
        return UINT64_MAX;
    /* From this moment, not from the iteration's beginning: the caller may have been busy since.
     * Rounded up to libuv's milliseconds, so that a timer is never early. */
    uint64_t now = state->clock_paused ? state->paused_at * MILLISECOND : uv_hrtime();
    return (now + (uint64_t)ceil(seconds * 1e9) + MILLISECOND - 1) / MILLISECOND;
}

void loop_clock_pause(uv_loop_t *loop)
{
    require_loop(loop);
    struct loop_state *state = state_of(loop);
    state->paused_at = loop_now(loop);
    state->clock_paused = true;
    set_alarm(state);
}

void loop_clock_advance(uv_loop_t *loop, double seconds)
{
    require_loop(loop);
    struct loop_state *state = state_of(loop);
    uint64_t now = loop_deadline(loop, seconds);
    if ((double)now > MAX_SECONDS * 1000)
        misuse("loop_clock_advance to a time more than 285 years away");
    state->paused_at = now;
    uv_idle_start(&state->idle, do_nothing);
}

int loop_timer_start(uv_loop_t *loop, struct loop_timer *timer, uint64_t deadline)
{
    require_loop(loop);
    require(timer);
    require(timer->run);
    struct loop_state *state = state_of(loop);
    if (timer->place)
        misuse("loop_timer_start on a timer that is set: stop it first");
    if (deadline == UINT64_MAX)
        return 0;
    timer->deadline = deadline;
    int error = timer_heap_push(&state->timers, timer);
    if (error)
        return error;
    if (!state->deferred) {
        observe(state->observer, timer_set, timer);
        set_alarm(state);
        set_idle(state);
    }
    return 0;
}

void loop_timer_stop(uv_loop_t *loop, struct loop_timer *timer)
{
    require_loop(loop);
    require(timer);
    struct loop_state *state = state_of(loop);
    if (!timer->place)
        return;
    timer_heap_stop(&state->timers, timer);
    if (!state->deferred) {
        observe(state->observer, timer_stopped);
        set_alarm(state);
    }
}
