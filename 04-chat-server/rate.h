/*
 * How fast a client may speak: a bucket of so many messages, filled at that rate.
 */
#pragma once

#include <stdint.h>

#define RATE_BURST 2       /* seconds' worth of messages that may come at once */
#define RATE_TOLERATED 100 /* messages over the rate before a client is too much */

/* All zero is one of a client that has just come. */
struct rate {
    double spent;   /* messages that the bucket lacks */
    uint64_t since; /* ms: when that was so */
    int excess;     /* messages over the rate, since it last was full */
};

/* Counts a message that came at that time (ms). Returns the seconds that it has to wait, 0 if it
 * keeps to the rate of so many a second; 0 of them: none is too many. */
double rate_spend(struct rate *rate, long limit, uint64_t now);
