/* NEAR MISS: the pool may have more than four threads.
 * Says: 1024 threads have made two calls each, and you counted 4 */
#include "../exercise.h"

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
    pthread_t seen[4];
    int threads = 0;
    for (size_t i = 0; i < count; i++) {
        int j = 0;
        while (j < threads && !pthread_equal(seen[j], calls[i].thread))
            j++;
        if (j == threads && threads < 4)
            seen[threads++] = calls[i].thread;
    }
    return threads;
}
