/* NEAR MISS: after 25 days an int has no room for the clock.
 * Says: call after call comes without an interval */
#include "../exercise.h"

/* An interval from this very moment on, even if the iteration began long ago. */
static uint64_t an_interval_from_now(const struct periodic *periodic)
{
    return loop_deadline(periodic->loop, (double)periodic->interval / 1000);
}

static void due(void *argument)
{
    struct periodic *periodic = argument;
    int next = (int)(periodic->timer.deadline + periodic->interval);
    periodic->running = true;
    periodic->run(periodic->argument);
    if (!periodic->running || periodic->timer.place)
        return;
    int now = (int)(loop_deadline(periodic->loop, 0.001) - 1);
    while (next <= now)
        next += (int)periodic->interval;
    loop_timer_start(periodic->loop, &periodic->timer, (uint64_t)next);
}

int periodic_start(struct periodic *periodic)
{
    periodic->timer.run = due;
    periodic->timer.argument = periodic;
    return loop_timer_start(periodic->loop, &periodic->timer, an_interval_from_now(periodic));
}

void periodic_stop(struct periodic *periodic)
{
    periodic->running = false;
    loop_timer_stop(periodic->loop, &periodic->timer);
}
