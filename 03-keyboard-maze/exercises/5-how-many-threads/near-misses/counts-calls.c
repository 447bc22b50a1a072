/* NEAR MISS: the calls are counted. The pool's queue makes them wait, but each of them is made.
 * Says: 8 calls were made at once, by 4 threads; you counted 8 */
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
    (void)calls;
    return (int)count;
}
