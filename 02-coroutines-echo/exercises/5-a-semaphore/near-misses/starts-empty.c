/* NEAR MISS: the queue of free permits is empty at first, so nobody ever gets one.
 * Says: nobody has a permit yet, and semaphore_acquire waits */
#include "../exercise.h"

int semaphore_init(struct semaphore *semaphore, size_t permits)
{
    return queue_init(&semaphore->permits, permits);
}

int semaphore_acquire(struct semaphore *semaphore)
{
    void *permit;
    return queue_get(&semaphore->permits, &permit);
}

int semaphore_release(struct semaphore *semaphore)
{
    return queue_try_put(&semaphore->permits, semaphore);
}

void semaphore_free(struct semaphore *semaphore)
{
    queue_free(&semaphore->permits);
}
