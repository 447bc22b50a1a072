/*
 * What the suites of the executor share: work that waits until the test lets it go, on a pool of
 * THREADS threads.
 */
#pragma once

#include "common/executor.h"
#include "support_runtime.h"

enum { THREADS = 4 };

/* What the test and the works that block share. Each work counts as started, waits for its turn,
 * and counts as finished. */
struct gate {
    uv_sem_t started, turn;
    uv_mutex_t mutex;
    int begun, finished;
};

void gate_init(struct gate *gate);
void gate_free(struct gate *gate);

/* Runs the first task with a gate, which goes after the loop has been closed: then no work runs. */
int run_with_gate(int (*function)(void *gate));

/* Count and read begun or finished. */
void count(struct gate *gate, int *counter);
int counted(struct gate *gate, const int *counter);

/* Work that goes through the gate. It overwrites filling, and returns number + 1. */
struct job {
    struct gate *gate;
    int number;
    char filling[1000];
};
int block(void *job);

/* A function of tasks: runs the job, and notes "done" or the error. */
int run_job(void *job);

/* Waits until that many works run; the loop stands still meanwhile, the threads do not. */
void wait_until_started(struct gate *gate, int works);

/* Lets that many works end. */
void let_go(struct gate *gate, int works);

/* Has each thread run a job, in tasks of the scope. */
void fill_the_pool(struct scope *scope, struct gate *gate, struct job jobs[THREADS]);
