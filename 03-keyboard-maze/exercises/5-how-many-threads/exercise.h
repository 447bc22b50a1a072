/* Shared by the exercise and its test. */
#pragma once

#include <pthread.h>
#include <stddef.h>

struct call {
    void (*block)(void *argument); /* the blocking call, set by the test */
    void *argument;
    pthread_t thread; /* the thread that has made the call */
};

/* The work of a call, for executor_run: makes the blocking call, and stores the thread. Returns 0.
 */
int run_call(void *call);

/* Returns how many different threads have made these calls. */
int count_threads(const struct call *calls, size_t count);
