/*
 * Names a task that overflows its stack; without that, a bare SIGSEGV ends the program.
 */
#pragma once

#include "common/observe/hooks.h"

/* Watches the tasks of the pool, which this thread is about to run. Does nothing when out of
 * memory. */
struct task_pool;
void stack_overflow_watch(struct task_watch *watch, const struct task_pool *pool);

/* Restores the previous handler and signal stack. */
void stack_overflow_unwatch(struct task_watch *watch);
