/* A call that repeats, on time. */
#include "exercise.h"

static void due(void *argument)
{
    struct periodic *periodic = argument;
    uint64_t next = periodic->timer.deadline + periodic->interval;
    periodic->run(periodic->argument);
    while (next <= loop_now(periodic->loop))
        next += periodic->interval;
    loop_timer_start(periodic->loop, &periodic->timer, next);
}

int periodic_start(struct periodic *periodic)
{
    periodic->timer.run = due;
    periodic->timer.argument = periodic;
    uint64_t first = loop_now(periodic->loop) + periodic->interval;
    return loop_timer_start(periodic->loop, &periodic->timer, first);
}

void periodic_stop(struct periodic *periodic)
{
    loop_timer_stop(periodic->loop, &periodic->timer);
}
