/*
 * A limit on how fast something may be done: a token bucket, which holds RATE_BURST seconds' worth
 * of tokens.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define RATE_BURST 2 /* seconds */

/* All zero is a full bucket. */
struct rate {
    double spent;   /* tokens that the bucket lacks */
    uint64_t since; /* ms: when spent was computed */
    int excess;     /* calls over the rate since the bucket was last full */
};

/* Takes cost tokens at the time now, in ms, even if the bucket does not have that many. Returns 0
 * if it has, or else the seconds to wait until it would have. The bucket gets limit tokens a
 * second. A limit of 0 means no limit. */
double rate_spend(struct rate *rate, double cost, double limit, uint64_t now);

/* Takes a token if the bucket has one, and returns whether it had. */
bool rate_try(struct rate *rate, double limit, uint64_t now);
