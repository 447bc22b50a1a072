/*
 * Checks for programs in development, like asyncio's debug mode:
 *
 *     LOOP_DEBUG=1 ./program
 *
 * - A task that holds the loop for 100 ms is named on stderr, with the call in which it waited in
 *   the end; so is a callback of call_soon or call_later that takes that long. LOOP_DEBUG_SLOW sets
 *   another number of milliseconds (loop.slow_callback_duration).
 * - If a thread other than the loop's own uses the loop, the program ends. It also ends if a task
 *   returns while a handle on its stack is open, such as a uv_timer_t of its own.
 * - loop_close names the handles that are still open.
 * - If every task waits, and only a signal can wake one, stderr says so.
 *
 * This header is for observer.c.
 */
#pragma once

#include <stdbool.h>
#include <uv.h>

struct debug {
    uint64_t slow;      /* a callback or task that runs for that many nanoseconds is named */
    uint64_t since;     /* when the current task was resumed */
    uv_thread_t thread; /* of the loop */
    bool forever;       /* stderr says already that every task waits */
};

/* Returns the state of LOOP_DEBUG, which the caller frees. Returns NULL if the variable is unset or
 * 0, and also when out of memory, which it reports on stderr. */
struct debug *debug_open(void);

/* The calling thread runs the loop from here on. */
void debug_enter(struct debug *debug);

/* Ends the program, and names the call, if a thread other than the loop's makes it. */
void debug_require_thread(const struct debug *debug);

/* The loop is about to wait for events. alive tells whether anything but a signal can bring one; if
 * not, reports that. */
void debug_poll(struct debug *debug, bool alive);

/* Calls run(argument), and names it if it was slow. */
void debug_run(const struct debug *debug, void (*run)(void *argument), void *argument);

/* Call the first when a task is resumed, and the second when it has suspended or ended: that one
 * names the task if it was slow. */
struct task;
void debug_resume(struct debug *debug);
void debug_suspend(const struct debug *debug, const struct task *task);

/* Ends the program if an open handle lies on the stack of that task, which has ended. */
struct stack;
void debug_require_closed(uv_loop_t *loop, const char *name, const struct stack *stack);

/* Names the open handles. */
void debug_show_handles(uv_loop_t *loop);
