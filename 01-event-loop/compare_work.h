/*
 * The work that compare gives to each way: the same for all of them.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

enum work_kind {
    WORK_IO,  /* waiting, as for a peer's answer or a disk */
    WORK_CPU, /* computing */
};

/* One piece of work. */
struct work {
    enum work_kind kind;
    double seconds;      /* to wait */
    uint64_t rounds;     /* to compute */
    atomic_size_t *done; /* counts the pieces that are done; processes may share it */
};

/* Measures how many rounds of computing take that many seconds of CPU time on this machine. */
uint64_t work_rounds(double seconds);

/* Does a piece of work in a process, a thread, or a thread of the pool: waiting blocks the calling
 * thread. Returns 0. */
int work_blocking(struct work *work);

/* Does a piece of work in a task: waiting lets the other tasks run, computing does not. Returns 0,
 * UV_ECANCELED or UV_ENOMEM. */
int work_in_task(struct work *work);
