/* Shared by the exercise and its test. */
#pragma once

#include <stdatomic.h>

/* How many threads are in a call that blocks. All of them use it at once. */
struct gauge {
    atomic_int busy; /* now */
    atomic_int most; /* at once, so far */
};

struct call {
    struct gauge *gauge;
    void (*block)(void *argument); /* what it does, the test says */
    void *argument;
};

/* The work of a call, for executor_run: blocks, and sees to it that the gauge counts it meanwhile.
 * Returns 0. */
int run_call(void *call);
