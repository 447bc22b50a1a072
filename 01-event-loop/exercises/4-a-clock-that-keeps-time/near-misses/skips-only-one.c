/* NEAR MISS: if leaves out one time, and two may have passed.
 * Says: call 3 came at 450 ms instead of at 500 ms */
#include "../exercise.h"

/* An interval from this very moment on, even if the iteration began long ago. */
static uint64_t an_interval_from_now(const struct periodic *periodic)
{
    return loop_deadline(periodic->loop, (double)periodic->interval / 1000);
}

static void due(void *argument)
{
    struct periodic *periodic = argument;
    uint64_t next = periodic->timer.deadline + periodic->interval;
    periodic->run(periodic->argument);
    if (!periodic->running)
        return;
    if (next + periodic->interval <= an_interval_from_now(periodic))
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
