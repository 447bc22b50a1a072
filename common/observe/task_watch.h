/*
 * What is told of tasks to the recording (trace/record.h) and to LOOP_DEBUG (debug.h), where one of
 * them is wanted. For task.c and scope.c.
 */
#pragma once

#include "common/observe/trace/record.h"
#include "common/task/state.h"

/* Asked at each switch, so it is one look for both. */
static inline bool task_is_watched(const struct task_pool *pool)
{
#ifdef TRACE_LEFT_OUT
    (void)pool;
    return false;
#else
    return pool->watched;
#endif
}

/* The task is spawned; it is given the loop; it gives it to next, or, NULL, back; it has ended. */
TRACE_COLD void task_watch_spawn(struct task *task);
TRACE_COLD void task_watch_resume(const struct task *task);
TRACE_COLD void task_watch_suspend(const struct task *task, const struct task *next);
TRACE_COLD void task_watch_end(const struct task *task);

/* It is woken from what: also wakes it, so that task_wake, where nobody watches, needs to remember
 * nothing behind this. */
TRACE_COLD void task_watch_wake(struct task *task, const char *what);
