/* NEAR MISS: a list of threads that is never emptied still has those of earlier calls.
 * Says: you counted 3 */
#include "../exercise.h"

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_t seen[1024];
static int n;
int run_call(void *argument)
{
    struct call *call = argument;
    call->block(call->argument);
    call->thread = pthread_self();
    pthread_mutex_lock(&m);
    int i = 0;
    while (i < n && !pthread_equal(seen[i], call->thread))
        i++;
    if (i == n)
        seen[n++] = call->thread;
    pthread_mutex_unlock(&m);
    return 0;
}

int count_threads(const struct call *calls, size_t count)
{
    (void)calls;
    (void)count;
    return n;
}
