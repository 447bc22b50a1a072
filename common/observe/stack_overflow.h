/*
 * A task that runs over its stack is named, instead of dying of a bare SIGSEGV. For task.c.
 */
#pragma once

#include <signal.h>

struct overflow_watch {
    stack_t stack_before;
    void *stack; /* the signal's own: the task's is full */
};

/* Watches for the overflow of the stack of the task that runs. Without memory for it, does not. */
void overflow_watch(struct overflow_watch *watch);

/* Puts back what was there before. */
void overflow_unwatch(struct overflow_watch *watch);

/* Says which task's stack overflowed, and how to enlarge it. Safe in a signal handler. */
struct task;
void overflow_report(const struct task *task);
