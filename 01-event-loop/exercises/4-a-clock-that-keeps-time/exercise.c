/* A call that repeats, on time. */
#include "exercise.h"

/* An interval from this very moment on, even if the iteration began long ago. */
static uint64_t an_interval_from_now(const struct periodic *periodic)
{
    return loop_deadline(periodic->loop, (double)periodic->interval / 1000);
}

static void due(void *argument)
{
    struct periodic *periodic = argument;
    periodic->run(periodic->argument);
    /* EXERCISE: run has taken some time, so each call comes a little later than it should. When is
     * the next one really due? And is there always a next one? */
    loop_timer_start(periodic->loop, &periodic->timer, an_interval_from_now(periodic));
}

int periodic_start(struct periodic *periodic)
{
    periodic->timer.run = due;
    periodic->timer.argument = periodic;
    return loop_timer_start(periodic->loop, &periodic->timer, an_interval_from_now(periodic));
}

void periodic_stop(struct periodic *periodic)
{
    loop_timer_stop(periodic->loop, &periodic->timer);
}
