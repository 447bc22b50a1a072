/*
 * The ways to have the same work done many times.
 */
#pragma once

#include <stddef.h>

#include "01-event-loop/compare_work.h"

/* So many pieces of work, and what a way tells of doing them. */
struct job {
    struct work work;
    size_t tasks;
    size_t failed; /* pieces that could not be begun or not be finished */
    int error;     /* why, a negative libuv error */
    size_t memory; /* bytes that other processes needed for it, at their most */
};

struct way {
    const char *name[2]; /* in Portuguese, in English */
    void (*run)(struct job *job);
};

#define COMPARE_WAYS 5
extern const struct way compare_ways[COMPARE_WAYS];
