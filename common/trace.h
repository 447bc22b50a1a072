/*
 * The runtime made visible: the tree of tasks, and a recording of what ran when.
 *
 *     kill -USR1 PID                 the tree, on stderr
 *     TRACE=run.json ./program       the recording, for ui.perfetto.dev or chrome://tracing
 *
 * The recording has a row for the loop, with its iterations and their phases; a row for each task,
 * with the slices in which it ran, waited, or was ready to run; and a row for each thread of the
 * pool. An arrow leads from the task that woke another to the task that was woken. Marks show data
 * that was sent or received, with its size, and timers.
 *
 * The recording is kept in memory and written by loop_close, or when exit, abort or a signal ends
 * the program; kill -KILL leaves an empty file. It keeps the last million records, of 32 bytes
 * each; TRACE_LIMIT=100000 keeps the last 100,000 instead. The file says how many were dropped. If
 * a program runs one loop after another, the second writes run-2.json, and so on.
 */
#pragma once

#include <stdio.h>
#include <sys/cdefs.h>

#include "common/loop.h"

__BEGIN_DECLS

/* Prints the tree of the loop's tasks: for each its name, what it waits for, since when, and in
 * which call (asyncio.print_call_graph). While task_run lasts, SIGUSR1 prints it on stderr, unless
 * the program has handled or ignored that signal before. It finds the calls with addr2line, if that
 * is installed and the program has debugging symbols. */
void trace_tasks(uv_loop_t *loop, FILE *out);

struct observer;

/* Marks this moment in the recording, on the row of the running task or, outside a task, the
 * loop's. what names the mark, as in "ws send"; bytes is shown beside it unless it is 0. If nothing
 * watches the loop, the call costs one test of a pointer. For the loop's thread only. */
void trace_mark_now(const uv_loop_t *loop, const char *what, size_t bytes)
    __attribute__((cold, noinline));
static inline void trace_mark(const uv_loop_t *loop, const char *what, size_t bytes)
{
#ifndef OBSERVER_LEFT_OUT
    struct observer *const *observer =
        (struct observer *const *)loop->data; /* the first member of the loop's state */
    if (*observer)
        trace_mark_now(loop, what, bytes);
#else
    (void)loop, (void)what, (void)bytes;
#endif
}

/* Ends the recording, if there is one, and writes it: for a signal handler that is about to end the
 * program. Async-signal-safe. */
void trace_rescue(void);

__END_DECLS
