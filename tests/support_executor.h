/*
 * Helpers for the suites of the executor: work that blocks until the test releases it, on a pool of
 * THREADS threads.
 */
#pragma once

#include "common/executor.h"
#include "support_runtime.h"

enum { THREADS = 4 };

/* The state that the test and the blocking work functions share. Each work function counts itself
 * as started, waits for its turn, and counts itself as finished. */
struct gate {
    uv_sem_t started, turn;
    uv_mutex_t mutex;
    int begun, finished;
};

void gate_init(struct gate *gate);
void gate_free(struct gate *gate);

/* Runs the first task with a gate. The gate is destroyed after the loop is closed, when no work
 * runs any more. */
int run_with_gate(int (*function)(void *gate));

/* Count and read begun or finished. */
void count(struct gate *gate, int *counter);
int counted(struct gate *gate, const int *counter);

/* Passes the gate, overwrites filling, and returns number + 1. */
struct job {
    struct gate *gate;
    int number;
    char filling[1000];
};
int block(void *job);

/* A function of tasks: runs the job, and notes "done" or the error. */
int run_job(void *job);

/* Waits until that many work functions run. This blocks the loop, but not the threads. */
void wait_until_started(struct gate *gate, int works);

/* Lets that many work functions end. */
void let_go(struct gate *gate, int works);

/* Starts a job for each thread, in tasks of the scope. */
void fill_the_pool(struct scope *scope, struct gate *gate, struct job jobs[THREADS]);
