/*
 * The runtime made visible: the tree of tasks, and a recording of what ran when.
 *
 *     kill -USR1 PID                 the tree, on stderr
 *     TRACE=run.json ./program       the recording, for ui.perfetto.dev or chrome://tracing
 *
 * The recording has a row for the loop, with its passes and their phases; one for each task, with
 * the spells in which it ran, waited, and was ready to run; and one for each thread of the pool.
 * Arrows go from who woke to who was woken. What was sent and received is marked, with its size,
 * and so are timers.
 *
 * It is kept in memory and written at loop_close, or when exit, abort or a signal ends the program;
 * kill -KILL leaves an empty file. TRACE_LIMIT=100000 keeps the last 100,000 moments, each of 32
 * bytes, instead of the last million; the file says how many were dropped. Of loops that follow one
 * another in a program, the second writes run-2.json, and so on.
 */
#pragma once

#include <stdio.h>

#include "common/loop.h"

/* Prints the tree of the loop's tasks: each one's name, what it waits for, since when, and from
 * which call (asyncio.print_call_graph). A program under task_run does so on stderr at each
 * SIGUSR1. The calls are found with addr2line, where that is installed and the program has its
 * debugging symbols. */
void trace_tasks(uv_loop_t *loop, FILE *out);

struct observer;

/* Marks the moment in the recording, on the row of the running task, or else the loop's: what, as
 * in "ws send", and how many bytes; 0 leaves the bytes out. Where nothing watches the loop, it
 * costs one look at a pointer. Only for the loop's thread. */
void trace_mark_now(const uv_loop_t *loop, const char *what, size_t bytes)
    __attribute__((cold, noinline));
static inline void trace_mark(const uv_loop_t *loop, const char *what, size_t bytes)
{
#ifndef OBSERVER_LEFT_OUT
    struct observer *const *observer = loop->data; /* the first member of the loop's state */
    if (*observer)
        trace_mark_now(loop, what, bytes);
#else
    (void)loop, (void)what, (void)bytes;
#endif
}

/* Writes the recording, if there is one, and ends it: for a signal handler that is about to end the
 * program. Async-signal-safe. */
void trace_rescue(void);
