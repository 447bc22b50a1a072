#include "chat_latency.h"

#include <string.h>

void latency_clear(struct latency *latency)
{
    memset(latency, 0, sizeof(*latency));
}

/* Times below LATENCY_STEPS have a place each; above, each power of two has so many. */
static uint32_t place_of(uint64_t nanoseconds)
{
    if (nanoseconds < LATENCY_STEPS)
        return (uint32_t)nanoseconds;
    uint32_t power = 63u - (uint32_t)__builtin_clzll(nanoseconds) - 6u;
    uint32_t place = (power + 1) * LATENCY_STEPS + (uint32_t)(nanoseconds >> power) - LATENCY_STEPS;
    uint32_t last = LATENCY_POWERS * LATENCY_STEPS - 1;
    return place < last ? place : last;
}

static uint64_t time_at(uint32_t place)
{
    if (place < LATENCY_STEPS)
        return place;
    uint32_t power = place / LATENCY_STEPS - 1;
    return (uint64_t)(place % LATENCY_STEPS + LATENCY_STEPS) << power;
}

void latency_add(struct latency *latency, uint64_t nanoseconds)
{
    latency->count[place_of(nanoseconds)]++;
    latency->total++;
}

uint64_t latency_percentile(const struct latency *latency, double percent)
{
    double wanted = (double)latency->total * percent / 100;
    uint64_t seen = 0;
    for (uint32_t place = 0; place < LATENCY_POWERS * LATENCY_STEPS; place++) {
        seen += latency->count[place];
        if (seen > 0 && (double)seen >= wanted)
            return time_at(place);
    }
    return 0;
}
