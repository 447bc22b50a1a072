/* NEAR MISS: the next time is that of all clocks.
 * Says: call 2 came at 140 ms instead of at 200 ms */
#include "../exercise.h"

/* An interval from this very moment on, even if the iteration began long ago. */
static uint64_t an_interval_from_now(const struct periodic *periodic)
{
    return loop_deadline(periodic->loop, (double)periodic->interval / 1000);
}

static uint64_t next;
static void due(void *argument)
{
    struct periodic *periodic = argument;
    periodic->run(periodic->argument);
    if (!periodic->running || periodic->timer.place)
        return;
    uint64_t now = an_interval_from_now(periodic) - periodic->interval;
    while (next <= now)
        next += periodic->interval;
    loop_timer_start(periodic->loop, &periodic->timer, next);
}

int periodic_start(struct periodic *periodic)
{
    periodic->timer.run = due;
    periodic->timer.argument = periodic;
    periodic->running = true;
    next = an_interval_from_now(periodic);
    return loop_timer_start(periodic->loop, &periodic->timer, next);
}

void periodic_stop(struct periodic *periodic)
{
    periodic->running = false;
    loop_timer_stop(periodic->loop, &periodic->timer);
}
