/* NEAR MISS: the thread is stored in a variable of the function, which nobody sees afterwards.
 * Says: 2 calls were made at once, by 2 threads; you counted 1 */
#include "../exercise.h"

int run_call(void *argument)
{
    struct call call = *(struct call *)argument;
    call.block(call.argument);
    call.thread = pthread_self();
    return 0;
}

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
