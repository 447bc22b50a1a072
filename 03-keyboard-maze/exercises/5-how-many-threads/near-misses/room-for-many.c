/* NEAR MISS: the pool may have up to 1024 threads.
 * Says: 1024 threads have made two calls each, and you counted 64 */
#include "../exercise.h"

#include <stdbool.h>

int run_call(void *argument)
{
    struct call *call = argument;
    call->block(call->argument);
    call->thread = pthread_self();
    return 0;
}

int count_threads(const struct call *calls, size_t count)
{
    pthread_t seen[64];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t j = 0; j < n; j++)
            if (pthread_equal(seen[j], calls[i].thread))
                known = true;
        if (!known && n < 64)
            seen[n++] = calls[i].thread;
    }
    return (int)n;
}
