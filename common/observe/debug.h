/*
 * What is watched only while a program is being written, as by asyncio's debug mode:
 *
 *     LOOP_DEBUG=1 ./program
 *
 * - A task that holds the loop for 100 ms is named on stderr, with the call in which it gave the
 *   loop back, and so is a callback of call_soon or call_later. LOOP_DEBUG_SLOW sets other
 *   milliseconds (loop.slow_callback_duration).
 * - A loop that is used from a thread that is not its own ends the program, and so does a task
 *   that ends while a handle on its stack is open, such as a stream that was not closed.
 * - What loop_close finds still open is named.
 *
 * This header is for loop.c and for what watches tasks.
 */
#pragma once

#include <uv.h>

struct debug {
    uint64_t slow;      /* nanoseconds that nobody may hold the loop */
    uint64_t since;     /* when the task that runs was given it */
    uv_thread_t thread; /* that runs the loop */
};

/* What LOOP_DEBUG asks for, to be freed; NULL if it is not set, or 0, or, once that has been said
 * on stderr, if memory is short. */
struct debug *debug_open(void);

/* The calling thread runs the loop from here on. */
void debug_enter(struct debug *debug);

/* Of a loop that runs: ends the program, naming the call, unless it is its thread that calls. */
void debug_require_thread(const struct debug *debug);

/* Calls run(argument), and names it if it was slow. */
void debug_run(const struct debug *debug, void (*run)(void *argument), void *argument);

/* A task is given the loop; it gives it back, to wait for what, or NULL when it has ended. */
void debug_resume(struct debug *debug);
void debug_suspend(const struct debug *debug, const char *name, const char *what);

/* Ends the program if a handle of the loop lies on the stack of that task, which has ended. */
struct stack;
void debug_require_closed(uv_loop_t *loop, const char *name, const struct stack *stack);

/* Names the handles that are open. */
void debug_show_handles(uv_loop_t *loop);
