/* NEAR MISS: the size of the pool is known, and nothing is counted.
 * Says: two threads have made five calls, and you counted 4 */
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
    int threads = count < 4 ? (int)count : 4;
    (void)calls;
    return threads;
}
