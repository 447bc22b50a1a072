/*
 * A limit on how fast a client may send messages: a token bucket, which holds RATE_BURST seconds'
 * worth of them.
 */
#pragma once

#include <stdint.h>

#define RATE_BURST 2       /* seconds */
#define RATE_TOLERATED 100 /* messages over the rate before the client is disconnected */

/* All zero is the state of a new client. */
struct rate {
    double spent;   /* tokens that the bucket lacks */
    uint64_t since; /* ms: when spent was computed */
    int excess;     /* messages over the rate since the bucket was last full */
};

/* Counts a message at the time now, in ms. Returns the seconds that the client has to wait, or 0 if
 * it keeps to limit messages a second. A limit of 0 means no limit. */
double rate_spend(struct rate *rate, long limit, uint64_t now);
