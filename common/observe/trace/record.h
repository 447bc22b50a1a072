/*
 * What happens becomes a record of the recording (trace.h). For observer.c, which calls these only
 * where there is a recording. All but the two of a thread of the pool are for the loop's own
 * thread.
 */
#pragma once

#include "common/loop.h"
#include "common/observe/hooks.h"
#include "common/trace.h"

struct task;
struct trace;

/* Begins the recording that TRACE asks for. Returns NULL if it asks for none, or, after a message
 * on stderr, if that fails. */
struct trace *trace_open(uv_loop_t *loop);

/* Ends the recording, writes the file and frees all. Does nothing to NULL. */
void trace_close(struct trace *trace);

/*
 * The loop
 */

/* libuv is about to look for events; it has, and has run their callbacks; the iteration ends. */
void trace_before_poll(struct trace *trace);
void trace_after_poll(struct trace *trace);
void trace_iteration_end(struct trace *trace);

/* A phase of it begins, and the one before it ends. */
void trace_phase(struct trace *trace, const char *phase);

/* A callback of call_soon, call_later or a signal begins and ends. */
void trace_callback(struct trace *trace, void (*run)(void *argument));
void trace_callback_end(struct trace *trace, void (*run)(void *argument));

/* From here on, a signal that would end the program, because it has its default effect, first has
 * the recording written. To be called again when libuv has restored that effect. */
void trace_catch(struct trace *trace);

void trace_timer_set(struct trace *trace, const struct loop_timer *timer);
void trace_timer_fired(struct trace *trace, const struct loop_timer *timer);
void trace_timer_stopped(struct trace *trace);

/*
 * Tasks
 */

/* The task is spawned, or woken; it runs; it waits for what, or, NULL, lets others run; it has
 * ended.
 */
void trace_ready(struct trace *trace, struct task *task);
void trace_resumed(struct trace *trace, const struct task *task);
void trace_suspended(struct trace *trace, struct task *task, const char *what);
void trace_ended(struct trace *trace, const struct task *task);

/*
 * Work on the thread pool
 */

/* The task that runs gives work to the pool; on the pool's thread, the work begins and ends; it is
 * back, and wakes its task now, if that still waits. */
void trace_work_given(struct trace *trace, struct observed_work *work, const char *what);
void trace_work_begin(struct trace *trace, struct observed_work *work);
void trace_work_end(struct trace *trace, struct observed_work *work);
void trace_work_back(struct trace *trace, struct observed_work *work, bool wakes);

/* The moment of trace_mark. */
void trace_io(struct trace *trace, const char *what, size_t bytes);
