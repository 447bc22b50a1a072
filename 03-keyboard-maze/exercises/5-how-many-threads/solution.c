/* How many threads of the pool work at once? */
#include "exercise.h"

/* Each call has a copy of its own, which the executor copies back: nothing is shared. */
int run_call(void *argument)
{
    struct call *call = argument;
    call->block(call->argument);
    call->thread = pthread_self();
    return 0;
}

/* Counts the calls whose thread has made none of the calls before. */
int count_threads(const struct call *calls, size_t count)
{
    int threads = 0;
    for (size_t i = 0; i < count; i++) {
        size_t first = 0;
        while (!pthread_equal(calls[first].thread, calls[i].thread))
            first++;
        threads += first == i;
    }
    return threads;
}
