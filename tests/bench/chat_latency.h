/*
 * How long things took: counted by length, so that millions cost little and percentiles are right
 * within 2 %.
 */
#pragma once

#include <stdint.h>

#define LATENCY_STEPS 64u /* to each power of two */
#define LATENCY_POWERS 40u

struct latency {
    uint64_t total;
    uint32_t count[LATENCY_POWERS * LATENCY_STEPS];
};

void latency_clear(struct latency *latency);

void latency_add(struct latency *latency, uint64_t nanoseconds);

/* The time that so many of a hundred did not exceed; 0 when there are none. */
uint64_t latency_percentile(const struct latency *latency, double percent);
