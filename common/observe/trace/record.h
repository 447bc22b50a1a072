/*
 * Adds events to the recording (trace.h). Only observer.c calls these functions, and only if there
 * is a recording. They run on the loop's own thread, except trace_work_begin and trace_work_end,
 * which run on a thread of the pool.
 */
#pragma once

#include "common/loop.h"
#include "common/observe/hooks.h"
#include "common/trace.h"

struct task;
struct trace;

/* Begins the recording that TRACE asks for. Returns NULL if it asks for none, and also if the
 * recording cannot begin, which it reports on stderr. */
struct trace *trace_open(uv_loop_t *loop);

/* Ends the recording, writes the file and frees all memory. Does nothing if trace is NULL. */
void trace_close(struct trace *trace);

/*
 * The loop
 */

/* libuv is about to look for events; it has looked, and has run their callbacks; the iteration
 * ends. */
void trace_before_poll(struct trace *trace);
void trace_after_poll(struct trace *trace);
void trace_iteration_end(struct trace *trace);

/* A phase of the iteration begins, and the one before it ends. */
void trace_phase(struct trace *trace, const char *phase);

/* A callback of call_soon, call_later or a signal begins and ends. */
void trace_callback(struct trace *trace, void (*run)(void *argument));
void trace_callback_end(struct trace *trace, void (*run)(void *argument));

/* From here on, a signal whose default effect would end the program first writes the recording.
 * Call it again when libuv has restored the default effect of a signal. */
void trace_catch(struct trace *trace);

void trace_timer_set(struct trace *trace, const struct loop_timer *timer);
void trace_timer_fired(struct trace *trace, const struct loop_timer *timer);
void trace_timer_stopped(struct trace *trace);

/*
 * Tasks
 */

/* The task was spawned or woken; it runs; it waits for what, or yields if that is NULL; it has
 * ended. */
void trace_ready(struct trace *trace, struct task *task);
void trace_resumed(struct trace *trace, const struct task *task);
void trace_suspended(struct trace *trace, struct task *task, const char *what);
void trace_ended(struct trace *trace, const struct task *task);

/*
 * Work on the thread pool
 */

/* As in hooks.h: the running task gives work to the pool; the work begins; it ends; the loop's
 * thread gets its result, and wakes the task if that still waits. */
void trace_work_given(struct trace *trace, struct observed_work *work, const char *what);
void trace_work_begin(struct trace *trace, struct observed_work *work);
void trace_work_end(struct trace *trace, struct observed_work *work);
void trace_work_back(struct trace *trace, struct observed_work *work, bool wakes);

/* Records a trace_mark. */
void trace_io(struct trace *trace, const char *what, size_t bytes);
