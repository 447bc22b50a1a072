/*
 * The runtime made visible: the tree of tasks, and a recording of what ran when.
 *
 *     kill -USR1 PID                 the tree, on stderr
 *     TRACE=run.json ./program       the recording, for ui.perfetto.dev or chrome://tracing
 */
#pragma once

#include <stdio.h>

#include "common/loop.h"

/* Prints the tree of the loop's tasks: each one's name, what it waits for, since when, and from
 * which call (asyncio.print_call_graph). A program under task_run does so on stderr at each
 * SIGUSR1. The calls are found with addr2line, where that is installed and the program has its
 * debugging symbols. */
void trace_tasks(uv_loop_t *loop, FILE *out);

/*
 * For task.c: the recording, as trace-event JSON with a row for each task, and what LOOP_DEBUG
 * watches of tasks (debug.h).
 */

struct task;
struct trace;

/* Begins the recording that the variable TRACE asks for, unless the file cannot be written, which
 * is said on stderr, and the watch of debug, unless that is NULL. NULL if neither is to be. */
struct debug;
struct trace *trace_open(struct debug *debug);

/* The task begins; it goes on; it suspends, waiting for what; it has ended. */
void trace_begin(struct trace *trace, const struct task *task);
void trace_resume(struct trace *trace, const struct task *task);
void trace_suspend(struct trace *trace, const struct task *task, const char *what);
void trace_end(struct trace *trace, const struct task *task);

/* Completes the file. NULL is left as it is. */
void trace_close(struct trace *trace);
