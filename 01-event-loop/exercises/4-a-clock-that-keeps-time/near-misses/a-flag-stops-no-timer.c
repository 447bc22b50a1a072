/* NEAR MISS: the timer is still set when it is started again.
 * Says: the library has ended the program */
#include "../exercise.h"

/* An interval from this very moment on, even if the iteration began long ago. */
static uint64_t an_interval_from_now(const struct periodic *periodic)
{
    return loop_deadline(periodic->loop, (double)periodic->interval / 1000);
}

static void due(void *argument)
{
    struct periodic *periodic = argument;
    if (!periodic->running)
        return;
    uint64_t next = periodic->timer.deadline + periodic->interval;
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
    return loop_timer_start(periodic->loop, &periodic->timer, an_interval_from_now(periodic));
}

void periodic_stop(struct periodic *periodic)
{
    periodic->running = false;
}
