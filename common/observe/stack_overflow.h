/*
 * A task that runs over its stack is named, instead of dying of a bare SIGSEGV.
 */
#pragma once

#include "common/observe/hooks.h"

/* Watches for an overflow of the running task's stack. Out of memory for it, does not. */
void stack_overflow_watch(struct task_watch *watch);

/* Restores what was there before. */
void stack_overflow_unwatch(struct task_watch *watch);
