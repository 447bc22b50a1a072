/* Shared by the exercise and its test. */
#pragma once

#include <stdatomic.h>

/* Counts the threads that are in a blocking call. All of them use it at once. */
struct gauge {
    atomic_int busy; /* now */
    atomic_int peak; /* the largest number so far */
};

struct call {
    struct gauge *gauge;
    void (*block)(void *argument); /* the blocking call, set by the test */
    void *argument;
};

/* The work of a call, for executor_run: blocks, and is counted by the gauge meanwhile. Returns 0.
 */
int run_call(void *call);
