/*
 * What the library tells the recording (trace.h): for loop*.c, task*.c, stream*.c and executor.c.
 * Each call stands behind the question whether there is one:
 *
 *     if (trace_of(loop))
 *         trace_ready(trace_of(loop), task);
 *
 * All but the two of a thread of the pool are for the loop's own thread.
 */
#pragma once

#include "common/loop.h"
#include "common/trace.h"

#define TRACE_COLD __attribute__((cold, noinline))

struct task;

/* Begins the recording that TRACE asks for; NULL if none is to be. What hinders it is said on
 * stderr. */
struct trace *trace_open(uv_loop_t *loop);

/* Ends it, writes the file and frees all. NULL is left as it is. */
void trace_close(struct trace *trace);

/*
 * The loop
 */

/* A pass: libuv is about to look for events; it has, and has run their callbacks; the pass is over.
 */
TRACE_COLD void trace_before_poll(struct trace *trace);
TRACE_COLD void trace_after_poll(struct trace *trace);
TRACE_COLD void trace_pass_end(struct trace *trace);

/* A phase of it. */
TRACE_COLD void trace_phase(struct trace *trace, const char *phase);
TRACE_COLD void trace_phase_end(struct trace *trace, const char *phase);

/* Calls run(argument), which is call_soon's, call_later's or a signal's. */
TRACE_COLD void trace_callback(struct trace *trace, void (*run)(void *argument));
TRACE_COLD void trace_callback_end(struct trace *trace, void (*run)(void *argument));

/* From here on signals that would end the program, since they have their default effect, have the
 * recording written first. Again when libuv has given signals back to that. */
TRACE_COLD void trace_catch(struct trace *trace);

TRACE_COLD void trace_timer_set(struct trace *trace, const struct loop_timer *timer);
TRACE_COLD void trace_timer_fired(struct trace *trace, const struct loop_timer *timer);
TRACE_COLD void trace_timer_stopped(struct trace *trace);

/*
 * Tasks
 */

/* It is spawned; it is woken; it runs; it waits for what, or, NULL, gives way to others; it has
 * ended. */
TRACE_COLD void trace_spawned(struct trace *trace, struct task *task);
TRACE_COLD void trace_ready(struct trace *trace, const struct task *task, const char *what);
TRACE_COLD void trace_resumed(struct trace *trace, const struct task *task);
TRACE_COLD void trace_suspended(struct trace *trace, const struct task *task, const char *what);
TRACE_COLD void trace_ended(struct trace *trace, const struct task *task);

/*
 * Work on the thread pool
 */

struct trace_work {
    uint64_t end;   /* where in the recording it ended ... */
    uint64_t ended; /* ... and when */
    bool arrow;     /* one begins there, to who is woken */
    uint32_t row;   /* of the thread, or 0 before it begins */
    uint32_t task;
    uint16_t name;
};

/* The task that runs gives it to the pool; on the pool's thread, it begins and ends; it is back,
 * and whoever waits is woken now. */
TRACE_COLD void trace_work_given(struct trace *trace, struct trace_work *work, const char *what);
TRACE_COLD void trace_work_begin(struct trace *trace, struct trace_work *work);
TRACE_COLD void trace_work_end(struct trace *trace, struct trace_work *work);
TRACE_COLD void trace_work_back(struct trace *trace, struct trace_work *work, bool wakes);
