/*
 * The event loop: asyncio's call_soon, call_later and run_forever on libuv's own uv_loop_t.
 *
 * The library does not wrap the loop: you may use any libuv function on it. loop->data belongs to
 * the library.
 *
 * In each iteration of the loop, libuv first waits for events (I/O, timers, signals) and runs their
 * callbacks. Then the library fires the timers that are due, runs the ready callbacks in order,
 * runs the callbacks that those woke, for a limited number of rounds, and finally runs the
 * end-of-iteration callbacks, which send the output of this iteration. A callback that is scheduled
 * for the next iteration runs only after libuv has checked for events again.
 *
 * LOOP_SEED=number in the environment tests whether a program depends on that order: the loop then
 * shuffles each batch of ready callbacks, and each number gives a different order. In a correct
 * program only the order of the output may change.
 *
 * Times are milliseconds of a monotonic clock, intervals are seconds. Only the thread that runs the
 * loop may call these functions, except loop_call_soon_threadsafe. Errors are libuv's negative
 * codes.
 *
 * A callback holds the loop until it returns, and a task until it waits: nothing else can run
 * meanwhile. LOOP_DEBUG=1 in the environment reports the callbacks and tasks that hold the loop too
 * long, and other mistakes (common/observe/debug.h).
 *
 * Misuse of the library ends the program with a message that names the task and the mistake. One
 * mistake is the same everywhere: passing NULL, or a loop that is not open, where a call needs an
 * object or a function. NULL is valid only where the call's description says so, and where it
 * means "no name", "no argument" or "no bytes". The functions of coroutine.h, those for text, and
 * trace_mark do not check.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/cdefs.h>
#include <sys/queue.h>
#include <uv.h>

__BEGIN_DECLS

/* Makes an empty loop (asyncio.new_event_loop). Opens /dev/null for each standard descriptor that
 * is closed. Returns 0 or UV_ENOMEM, UV_EMFILE, ... */
int loop_init(uv_loop_t *loop);

/* Runs until loop_stop is called or the loop has nothing to wait for (loop.run_forever). Returns 0,
 * or UV_ENOMEM if a loop_call_soon or loop_call_later of this loop has run out of memory. */
int loop_run(uv_loop_t *loop);

/* Ends loop_run after this iteration (loop.stop). Under task_run it cancels the first task. */
void loop_stop(uv_loop_t *loop);

/* Waits for the thread pool's work, which nothing can stop, then closes the loop and frees its
 * memory (loop.close). Drops pending callbacks. Returns 0, or UV_EBUSY if you left one of your own
 * handles open: then close it, call uv_run so that its close callback runs, and call loop_close
 * again; call no other loop_ function in between. */
int loop_close(uv_loop_t *loop);

/* Calls callback(argument) in the next iteration (loop.call_soon). Returns 0 or UV_ENOMEM. You may
 * ignore the error: loop_run then stops and returns it. */
int loop_call_soon(uv_loop_t *loop, void (*callback)(void *argument), void *argument);

/* Does the same, and may be called from any thread, but not from a signal handler:
 * loop_signal_start is for that (loop.call_soon_threadsafe). The loop wakes up if it is waiting,
 * and its own thread calls the callback. Calls from one thread keep their order. A pending call
 * does not keep the loop running, and loop_close drops it: call this function while loop_run or
 * task_run is running. Returns 0 or UV_ENOMEM. */
int loop_call_soon_threadsafe(uv_loop_t *loop, void (*callback)(void *argument), void *argument);

/* Calls callback(argument) once, after that many seconds (loop.call_later). NaN or a negative
 * number means at once, infinity means never. Errors as in loop_call_soon. */
int loop_call_later(
    uv_loop_t *loop, double seconds, void (*callback)(void *argument), void *argument);

/* A signal handler. The loop owns its memory. */
struct loop_signal;

/* Calls callback(argument), in the loop's thread, each time the signal arrives, until
 * loop_signal_stop or loop_close (loop.add_signal_handler). Several handlers may have the same
 * signal. Where loop_on_signal or task_run handles SIGINT and SIGTERM, the callback is called for
 * the first of these signals only. Waiting for a signal does not keep the loop running. Returns 0
 * and stores the handler in *signal, or returns UV_ENOMEM, UV_EINVAL, ... and stores NULL. */
int loop_signal_start(uv_loop_t *loop, struct loop_signal **signal, int number,
    void (*callback)(void *argument), void *argument);

/* Stops the handler at once (loop.remove_signal_handler): its callback is not called any more, even
 * if the signal has arrived. When the last handler of a signal stops, the signal has its default
 * effect again. Call it at most once, before loop_close. Does nothing if signal is NULL. */
void loop_signal_stop(struct loop_signal *signal);

/* Calls callback(argument) for the first SIGINT or SIGTERM. After that, both signals do again what
 * they did before this call, or end the program if they were ignored: so the user can end a program
 * that hangs, even while a task holds the loop. You may then set a callback again. Returns 0 or
 * libuv's error; UV_EALREADY if the loop already has a callback that waits for a signal. Waiting
 * for a signal does not keep the loop running. */
int loop_on_signal(uv_loop_t *loop, void (*callback)(void *argument), void *argument);

/* The first SIGINT or SIGTERM since the latest loop_on_signal, or 0. If the loop stops before it
 * has called the callback, only this function reports the signal. */
int loop_signal_received(const uv_loop_t *loop);

/* The loop's clock in milliseconds (loop.time). It stands still within an iteration, unless a task
 * calls task_cancelled, which sets it. */
uint64_t loop_now(const uv_loop_t *loop);

/* The time that many seconds from now, by the loop's clock, rounded up; UINT64_MAX for infinity.
 * Counts from the moment of the call, not from the start of the iteration, which may have been a
 * while ago. For 0 or less it returns loop_now, which is already due. */
uint64_t loop_deadline(uv_loop_t *loop, double seconds);

/* Stops the loop's clock. From then on only loop_clock_advance moves it, so that a test sets the
 * time instead of waiting for it. Advancing by NaN or a negative number does nothing; advancing by
 * infinity, or by more than 285 years in total, ends the program. */
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
    STAILQ_ENTRY(loop_callback) entry;
    bool pending; /* in a queue: scheduling it again does nothing */
};

/* Runs the callback in the next iteration. */
void loop_ready(uv_loop_t *loop, struct loop_callback *callback);

/* Runs the callback soon: in this iteration, or in the next one if callbacks have kept waking one
 * another for too many rounds. Use it when an event, a task or another callback makes the callback
 * ready. */
void loop_wake(uv_loop_t *loop, struct loop_callback *callback);

/* Runs the callback at the end of this iteration, after all that are ready. Outside an iteration:
 * at the end of the next one. */
void loop_at_end_of_iteration(uv_loop_t *loop, struct loop_callback *callback);

/* A timer. Set run and argument once; the rest is the loop's. A timer that is all zero is not
 * set. */
struct loop_timer {
    uint64_t deadline;
    size_t place; /* in the heap, counted from 1; 0: not set */
    void (*run)(void *argument);
    void *argument;
};

/* Calls timer->run(timer->argument) in the first iteration at or after the deadline (loop.call_at).
 * Timers of the same millisecond run in the order in which they were set. If its callback sets the
 * timer again with a deadline that has already passed, it runs again in the same iteration; use
 * loop_ready to wait for the next iteration. Starting a timer that is already set ends the program:
 * stop it first. With UINT64_MAX the timer is not set, so it never fires. Its memory must stay
 * valid until it has fired or been stopped. Returns 0 or UV_ENOMEM. */
int loop_timer_start(uv_loop_t *loop, struct loop_timer *timer, uint64_t deadline);

/* Stops the timer (TimerHandle.cancel), after which you may free its memory. Does nothing to a
 * timer that is not set. */
void loop_timer_stop(uv_loop_t *loop, struct loop_timer *timer);

/* Makes room for the descriptor in the loop's table of watched descriptors. Call it before you let
 * libuv watch a new descriptor: when out of memory, libuv before 1.53 would abort the program. The
 * table comes from malloc, so the program must not give libuv another allocator
 * (uv_replace_allocator) than malloc's. Returns 0 or UV_ENOMEM. */
int loop_reserve_descriptor(uv_loop_t *loop, int descriptor);

/* State that the tasks of the loop store with it. loop_close calls release to free it. */
struct loop_attachment {
    void (*release)(struct loop_attachment *attachment);
};
struct loop_attachment **loop_attachment(uv_loop_t *loop);

__END_DECLS
