/*
 * The ways to have the same work done many times.
 */
#pragma once

#include <stddef.h>

#include "01-event-loop/compare_work.h"

/* A number of pieces of work, and the results that a way reports. */
struct job {
    struct work work;
    size_t tasks;  /* pieces */
    size_t failed; /* pieces that could not be started or finished */
    int error;     /* the reason, a negative libuv error */
    size_t memory; /* peak of the bytes that its other processes needed */
};

struct way {
    const char *name[2]; /* in Portuguese, in English */
    void (*run)(struct job *job);
};

#define COMPARE_WAYS 5
extern const struct way compare_ways[COMPARE_WAYS];
