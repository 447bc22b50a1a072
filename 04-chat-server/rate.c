#include "04-chat-server/rate.h"

double rate_spend(struct rate *rate, long limit, uint64_t now)
{
    if (limit == 0)
        return 0;
    rate->spent -= (double)(now - rate->since) / 1000.0 * (double)limit;
    rate->since = now;
    if (rate->spent <= 0) {
        rate->spent = 0;
        rate->excess = 0;
    }
    rate->spent += 1;
    double over = rate->spent - (double)limit * RATE_BURST;
    if (over <= 0)
        return 0;
    rate->excess++;
    return over / (double)limit;
}
