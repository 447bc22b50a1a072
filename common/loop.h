/*
 * The event loop: asyncio's call_soon, call_later and run_forever on libuv's own uv_loop_t.
 *
 * The library does not wrap the loop: you may use any libuv function on it. loop->data belongs to
 * the library.
 *
 * In an iteration of the loop, libuv waits for events (I/O, timers, signals) and runs their
 * callbacks. Then the loop fires the timers that are due. Then it runs all callbacks that are
 * ready, in order; then the callbacks that those have woken, for some rounds; then the callbacks of
 * the iteration's end, which send what was written meanwhile. A callback that was scheduled for the
 * next iteration waits for it, so that libuv looks for events in between.
 *
 * For tests, LOOP_SEED=number in the environment lifts the promise of that order: the loop shuffles
 * each batch of ready callbacks, differently for each number. A correct program may change the
 * order of its output, and nothing else.
 *
 * Times are milliseconds of a monotonic clock, intervals are seconds. The functions are for the
 * thread that runs the loop, except loop_call_soon_threadsafe. Errors are libuv's, negative.
 *
 * A callback or a task holds the loop until it returns or waits. LOOP_DEBUG=1 in the environment
 * names those that hold it for long, and reports more (common/observe/debug.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/cdefs.h>
#include <sys/queue.h>
#include <uv.h>

__BEGIN_DECLS

/* Makes an empty loop (asyncio.new_event_loop). Returns 0 or UV_ENOMEM, UV_EMFILE, ... */
int loop_init(uv_loop_t *loop);

/* Runs until loop_stop is called or the loop has nothing to wait for (loop.run_forever). Returns 0,
 * or UV_ENOMEM if a callback could not be scheduled meanwhile, anywhere in the program. */
int loop_run(uv_loop_t *loop);

/* Ends loop_run after this iteration (loop.stop). Under task_run it cancels the first task. */
void loop_stop(uv_loop_t *loop);

/* Waits for work that nothing can stop (on the thread pool), then closes the loop and frees its
 * memory (loop.close). Pending callbacks are dropped. Returns 0, or UV_EBUSY if you left a handle
 * of your own open: close it, run the loop with uv_run for its callback, and call loop_close again;
 * call no other loop_ function in between. */
int loop_close(uv_loop_t *loop);

/* Calls callback(argument) in the next iteration (loop.call_soon). Returns 0 or UV_ENOMEM. You may
 * ignore the error: loop_run then stops and returns it. */
int loop_call_soon(uv_loop_t *loop, void (*callback)(void *argument), void *argument);

/* Does the same from any thread (loop.call_soon_threadsafe): the loop's own thread calls the
 * callback, and the loop wakes for it if it waits. Calls of one thread keep their order. Such a
 * call does not keep the loop running: call it between the beginning and the end of loop_run or
 * task_run, and before loop_close, which drops what has not run. Returns 0 or UV_ENOMEM. */
int loop_call_soon_threadsafe(uv_loop_t *loop, void (*callback)(void *argument), void *argument);

/* Calls callback(argument) once, after that many seconds (loop.call_later). NaN or a negative
 * number means at once, infinity means never. Errors as in loop_call_soon. */
int loop_call_later(
    uv_loop_t *loop, double seconds, void (*callback)(void *argument), void *argument);

/* A signal handler of a loop, which owns its memory. */
struct loop_signal;

/* Calls callback(argument), in the loop's thread, each time the signal arrives, until
 * loop_signal_stop or loop_close (loop.add_signal_handler). Several handlers may have the same
 * signal. Of SIGINT and SIGTERM it gets only the first under loop_on_signal and task_run. Waiting
 * for a signal does not keep the loop running. Returns 0, and the handler in *signal; or UV_ENOMEM,
 * UV_EINVAL, ..., and NULL. */
int loop_signal_start(uv_loop_t *loop, struct loop_signal **signal, int number,
    void (*callback)(void *argument), void *argument);

/* Stops the handler at once (loop.remove_signal_handler): its callback is not called any more, even
 * if the signal has arrived. When the last handler of a signal stops, the signal has its default
 * effect again. Call it at most once, before loop_close. Does nothing to NULL. */
void loop_signal_stop(struct loop_signal *signal);

/* Calls callback(argument) for the first SIGINT or SIGTERM. From the second on, both signals have
 * the effect that they had before this call, or the default one: a program that hangs can be ended,
 * even while a task holds the loop. The callback may then be set again. Returns 0 or libuv's error;
 * UV_EALREADY if the loop has such a callback. Waiting for a signal does not keep the loop running.
 */
int loop_on_signal(uv_loop_t *loop, void (*callback)(void *argument), void *argument);

/* The first SIGINT or SIGTERM since loop_on_signal was called last, or 0. The loop may stop before
 * the callback is called for it: then this alone tells of it. */
int loop_signal_received(const uv_loop_t *loop);

/* The loop's clock in milliseconds (loop.time). It stands still within an iteration. */
uint64_t loop_now(const uv_loop_t *loop);

/* The time that many seconds from now, by the loop's clock, rounded up; UINT64_MAX for infinity. It
 * is counted from the moment of the call, since the iteration may have taken long until then. */
uint64_t loop_deadline(uv_loop_t *loop, double seconds);

/* Stops the loop's clock. From then on only loop_clock_advance moves it, so that a test sets the
 * time instead of waiting for it. */
void loop_clock_pause(uv_loop_t *loop);
void loop_clock_advance(uv_loop_t *loop, double seconds);

/*
 * The rest of the library schedules callbacks whose memory belongs to the caller, so that
 * scheduling cannot fail.
 */

/* A callback. Set run and argument once; the rest is the loop's. The memory must outlive the call.
 */
struct loop_callback {
    void (*run)(void *argument);
    void *argument;
    const void *hot; /* memory that run begins with: it is fetched while the one before runs */
    STAILQ_ENTRY(loop_callback) entry;
    bool pending; /* in a queue: scheduling it again does nothing */
};

/* Runs the callback in the next iteration. */
void loop_ready(uv_loop_t *loop, struct loop_callback *callback);

/* Runs the callback soon: still in this iteration, unless wake-ups have followed one another for
 * too long. For a callback that an event, a task or another callback made ready. */
void loop_wake(uv_loop_t *loop, struct loop_callback *callback);

/* Runs the callback at the end of this iteration, after all that are ready. Outside an iteration:
 * at the end of the next one. */
void loop_at_end_of_iteration(uv_loop_t *loop, struct loop_callback *callback);

/* A timer. Set run and argument once; the rest is the loop's. All zero is a timer that is not set.
 */
struct loop_timer {
    uint64_t deadline;
    size_t place; /* in the heap, counted from 1; 0: not set */
    void (*run)(void *argument);
    void *argument;
};

/* Calls timer->run(timer->argument) in the first iteration at or after the deadline (loop.call_at).
 * Timers of the same millisecond run in the order in which they were set. A timer that its own
 * callback sets again, for a time that has come, runs again in the same iteration; to wait for the
 * next iteration use loop_ready. Starting a timer that is set ends the program: stop it first.
 * UINT64_MAX sets none. Its memory must last until it has fired or is stopped. Returns 0 or
 * UV_ENOMEM. */
int loop_timer_start(uv_loop_t *loop, struct loop_timer *timer, uint64_t deadline);

/* Stops the timer (TimerHandle.cancel), after which you may free its memory. Does nothing to a
 * timer that is not set. */
void loop_timer_stop(uv_loop_t *loop, struct loop_timer *timer);

/* What the tasks of the loop keep with it; loop_close calls release. */
struct loop_attachment {
    void (*release)(struct loop_attachment *attachment);
};
struct loop_attachment **loop_attachment(uv_loop_t *loop);

__END_DECLS
