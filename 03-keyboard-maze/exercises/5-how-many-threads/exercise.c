/* How many threads of the pool work at once? */
#include "exercise.h"

/* EXERCISE: store in the call which thread has made it (pthread_self), and count the threads. */
int run_call(void *argument)
{
    struct call *call = argument;
    call->block(call->argument);
    return 0;
}

int count_threads(const struct call *calls, size_t count)
{
    (void)calls;
    (void)count;
    return 0;
}
