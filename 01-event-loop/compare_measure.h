/*
 * What a way of doing work costs. Each way runs in a process of its own, so that what one has
 * used up is not counted for the next.
 */
#pragma once

#include "01-event-loop/compare_ways.h"

struct measure {
    double wall;   /* seconds that passed */
    double cpu;    /* seconds of all CPUs together, of all its threads and processes */
    size_t memory; /* bytes resident at their most, of all its processes; shared ones count once */
    size_t failed; /* pieces of work that were not done */
    int error;     /* why */
};

/* Has way do the work so many times and measures that. While it runs, a line on stderr shows how
 * far it is if stderr is a terminal. Returns 0, or why it could not be measured. */
int measure_way(
    struct measure *measure, const struct way *way, const struct work *work, size_t tasks);

/* For a process that does work: bytes that it has for itself, shared with no other. */
size_t measure_own_memory(void);

/* For a process that does work: it ends when the one that started it is killed. */
void measure_end_with_parent(void);
