/*
 * Helpers for the suites of stack overflows: tasks that overflow, each in a process of its own.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "support_runtime.h"

/* A sanitizer reports an overflow itself, and cannot have 100,000 fibers with their shadow memory.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

/* Whether the kernel has this guard: "install", "mprotect" or "canary". */
bool kernel_has(const char *guard);

/* How deep recurse_without_end goes: volatile, so that the compiler does not know. */
extern volatile int limit;

/* Functions of tasks that overflow. */
int recurse_without_end(void *unused);
int hold_one_megabyte(void *unused);

/* As initscr does, whose frames of 30 KiB touch nothing on the way down. */
int leap_over_the_end(void *unused);

/* The task that overflows: the first one of the arena, or one between two neighbors. */
struct attempt {
    const char *guard;
    int (*way)(void *unused);
    bool middle;
    size_t neighbours, stack_size;
};
int overflow_among(void *attempt);

/* A function for run_apart: runs a loop whose first task overflows, or starts tasks that do. */
void run_attempt(void *attempt);

/* Fails unless the attempt ended its process by this signal, and named the task in one line. */
void is_named(struct attempt attempt, int number);
