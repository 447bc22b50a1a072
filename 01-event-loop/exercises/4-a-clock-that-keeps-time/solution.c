/* A call that repeats, on time. */
#include "exercise.h"

/* An interval from this very moment on, even if the iteration began long ago. */
static uint64_t an_interval_from_now(const struct periodic *periodic)
{
    return loop_deadline(periodic->loop, (double)periodic->interval / 1000);
}

/* The next call is due an interval after the time at which this one was due, or some intervals
 * after it: the first time that is still to come. If run has stopped the timer and started it
 * again, it is set already. */
static void due(void *argument)
{
    struct periodic *periodic = argument;
    uint64_t next = periodic->timer.deadline + periodic->interval;
    periodic->run(periodic->argument);
    if (!periodic->running || periodic->timer.place)
        return;
    while (next + periodic->interval <= an_interval_from_now(periodic))
        next += periodic->interval;
    loop_timer_start(periodic->loop, &periodic->timer, next);
}

int periodic_start(struct periodic *periodic)
{
    periodic->running = true;
    periodic->timer.run = due;
    periodic->timer.argument = periodic;
    return loop_timer_start(periodic->loop, &periodic->timer, an_interval_from_now(periodic));
}

void periodic_stop(struct periodic *periodic)
{
    periodic->running = false;
    loop_timer_stop(periodic->loop, &periodic->timer);
}
