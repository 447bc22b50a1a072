/* NEAR MISS: the thread is stored, and the call that blocks has gone.
 * Says: run_call was to make */
#include "../exercise.h"

int run_call(void *argument)
{
    struct call *call = argument;
    call->thread = pthread_self();
    return 0;
}

int count_threads(const struct call *calls, size_t count)
{
    int n = 0;
    for (size_t i = 0; i < count; i++) {
        size_t j = 0;
        while (j < i && !pthread_equal(calls[j].thread, calls[i].thread))
            j++;
        n += j == i;
    }
    return n;
}
