/* NEAR MISS: run_call should return 0, as executor_run returns what it returns.
 * Says: returned 1 instead of 0 */
#include "../exercise.h"

int run_call(void *argument)
{
    struct call *call = argument;
    call->block(call->argument);
    call->thread = pthread_self();
    return 1;
}

int count_threads(const struct call *calls, size_t count)
{
    int threads = 0;
    for (size_t i = 0; i < count; i++) {
        size_t j = 0;
        while (j < i && !pthread_equal(calls[j].thread, calls[i].thread))
            j++;
        threads += j == i;
    }
    return threads;
}
