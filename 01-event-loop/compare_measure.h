/*
 * Measures what a way of doing work costs. Each way runs in a process of its own, so that the
 * memory of one is not counted for the next.
 */
#pragma once

#include "01-event-loop/compare_ways.h"

struct measure {
    double wall;   /* seconds that passed */
    double cpu;    /* CPU seconds of all its threads and processes */
    size_t memory; /* peak of resident bytes of all its processes; shared ones count once */
    size_t failed; /* pieces of work that were not done */
    int error;     /* the reason, a negative libuv error */
};

/* Runs way with that many pieces of the work, and measures it. If stderr is a terminal, a line
 * there shows the progress. Returns 0, or a negative libuv error if it could not be measured. */
int measure_way(
    struct measure *measure, const struct way *way, const struct work *work, size_t tasks);

/* Returns how many bytes of the calling process's memory are private, shared with no other process.
 */
size_t measure_own_memory(void);

/* Makes the calling process end when its parent is killed. */
void measure_end_with_parent(void);
