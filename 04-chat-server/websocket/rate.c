#include "04-chat-server/websocket/rate.h"

/* Adds the tokens that the bucket has got since the last call. */
static void refill(struct rate *rate, double limit, uint64_t now)
{
    rate->spent -= (double)(now - rate->since) / 1000.0 * limit;
    rate->since = now;
    if (rate->spent <= 0) {
        rate->spent = 0;
        rate->excess = 0;
    }
}

double rate_spend(struct rate *rate, double cost, double limit, uint64_t now)
{
    if (limit == 0)
        return 0;
    refill(rate, limit, now);
    rate->spent += cost;
    double over = rate->spent - limit * RATE_BURST;
    if (over <= 0)
        return 0;
    rate->excess++;
    return over / limit;
}

bool rate_try(struct rate *rate, double limit, uint64_t now)
{
    refill(rate, limit, now);
    if (rate->spent + 1 > limit * RATE_BURST)
        return false;
    rate->spent++;
    return true;
}
