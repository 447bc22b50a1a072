/*
 * The event loop: asyncio's call_soon, call_later and run_forever on libuv's own uv_loop_t.
 *
 * The loop is not wrapped: any libuv function may be used on it. loop->data is ours.
 *
 * A pass of the loop: libuv waits for events (I/O, timers, signals) and runs their callbacks, and
 * the timers that are due are fired; then all that is ready runs, in order; then what that has
 * woken, for some rounds; then the end of the pass, where what was written meanwhile is sent. What
 * asked for the next pass waits for it, so that libuv looks for events in between.
 *
 * For tests, the environment's LOOP_SEED=number lifts the promise of that order: each time, all
 * that is ready is shuffled, for every number in its own way. Nothing but the order of output may
 * change.
 *
 * Times are milliseconds of a monotonic clock, intervals are seconds.
 *
 * What runs holds the loop until it returns or waits. LOOP_DEBUG=1 in the environment names who
 * does so for long, and more (debug.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <uv.h>

/* Makes an empty loop (asyncio.new_event_loop). Returns 0 or UV_ENOMEM, UV_EMFILE, ... */
int loop_init(uv_loop_t *loop);

/* Runs until loop_stop is called or nothing is left to wait for (run_forever). Returns 0, or
 * UV_ENOMEM if a callback could not be scheduled meanwhile, wherever that was. */
int loop_run(uv_loop_t *loop);

/* Ends loop_run after this pass (loop.stop). Under task_run it cancels the first task. */
void loop_stop(uv_loop_t *loop);

/* Waits for what cannot be stopped (work on the thread pool), then closes the loop and frees what
 * it holds; callbacks still pending are dropped. Returns 0, or UV_EBUSY if a handle that is not the
 * library's was left open: close that, run the loop with uv_run for its callback, and call this
 * again; no other loop_ function may be called in between. */
int loop_close(uv_loop_t *loop);

/* Calls callback(argument) in the next pass (loop.call_soon). Returns 0 or UV_ENOMEM; the error may
 * be left to loop_run, which stops and returns it. */
int loop_call_soon(uv_loop_t *loop, void (*callback)(void *argument), void *argument);

/* Calls callback(argument) once after that many seconds (loop.call_later); not a number or less
 * than nothing is at once, infinity is never. Errors as in loop_call_soon. */
int loop_call_later(
    uv_loop_t *loop, double seconds, void (*callback)(void *argument), void *argument);

/* Calls callback(argument) for the first SIGINT or SIGTERM (loop.add_signal_handler). From the
 * second on, signals have their default effect again. Returns 0 or libuv's error; UV_EALREADY if
 * one is set. Waiting for a signal does not keep the loop running. */
int loop_on_signal(uv_loop_t *loop, void (*callback)(void *argument), void *argument);

/* The signal that loop_on_signal was told of, or 0. */
int loop_signal_received(const uv_loop_t *loop);

/* The loop's clock in milliseconds (loop.time). Within a pass it stands still, but for
 * loop_deadline. */
uint64_t loop_now(const uv_loop_t *loop);

/* The clock's time that many seconds from now; UINT64_MAX for infinity. Now is when it is called:
 * the clock is brought up to date for it, also in the middle of a pass. */
uint64_t loop_deadline(uv_loop_t *loop, double seconds);

/* From here on the clock stands still, and only loop_clock_advance moves it: a test does not wait
 * for time, it says what time it is. */
void loop_clock_pause(uv_loop_t *loop);
void loop_clock_advance(uv_loop_t *loop, double seconds);

/*
 * What the rest of the library is made of: callbacks whose memory is the caller's, so that
 * scheduling one cannot fail.
 */

/* A callback that is to run. The caller sets run and argument once. */
struct loop_callback {
    void (*run)(void *argument);
    void *argument;
    const void *hot; /* memory that run begins with, or NULL; fetched while the one before runs */
    STAILQ_ENTRY(loop_callback) entry;
    bool pending;
};

/* Runs it in the next pass; one that is pending already runs once. */
void loop_ready(uv_loop_t *loop, struct loop_callback *callback);

/* Runs it soon: in this pass still, unless wake-ups have followed one another for too long. For
 * what an event, or somebody who runs now, has made ready. */
void loop_wake(uv_loop_t *loop, struct loop_callback *callback);

/* Runs it at the end of this pass (or of the next, outside one), after all that is ready. */
void loop_at_end_of_iteration(uv_loop_t *loop, struct loop_callback *callback);

/* A callback that is to run at a time. All zero is a timer that is not set. */
struct loop_timer {
    uint64_t deadline;
    size_t place; /* in the heap, counted from 1; 0: not set */
    void (*run)(void *argument);
    void *argument;
};

/* Runs timer->run(timer->argument) in the first pass at or after the deadline; timers of the same
 * millisecond in the order in which they were set. One that its callback sets again for a time that
 * is due already runs again in the same pass; what is to wait for the next one is for loop_ready.
 * Not for one that is set. Returns 0 or UV_ENOMEM.
 */
int loop_timer_start(uv_loop_t *loop, struct loop_timer *timer, uint64_t deadline);

/* Stops it; one that is not set is left as it is. Its memory may then go. */
void loop_timer_stop(uv_loop_t *loop, struct loop_timer *timer);

/* What the task module keeps with the loop; loop_close calls release. */
struct loop_attachment {
    void (*release)(struct loop_attachment *attachment);
};
struct loop_attachment **loop_attachment(uv_loop_t *loop);
