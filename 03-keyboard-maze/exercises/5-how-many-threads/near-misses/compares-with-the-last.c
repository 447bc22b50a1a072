/* NEAR MISS: a thread counts again when another has made a call in between.
 * Says: 8 calls were made at once, by 4 threads; you counted */
#include "../exercise.h"

int run_call(void *argument)
{
    struct call *call = argument;
    call->block(call->argument);
    call->thread = pthread_self();
    return 0;
}

int count_threads(const struct call *calls, size_t count)
{
    int threads = count > 0;
    for (size_t i = 1; i < count; i++)
        threads += !pthread_equal(calls[i].thread, calls[i - 1].thread);
    return threads;
}
