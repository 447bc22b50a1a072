/* NEAR MISS: queue_put may wait, so only a task may call it.
 * Says: semaphore_init has called something that waits */
#include "../exercise.h"

int semaphore_init(struct semaphore *semaphore, size_t permits)
{
    int error = queue_init(&semaphore->permits, permits);
    for (size_t i = 0; !error && i < permits; i++)
        error = queue_put(&semaphore->permits, NULL);
    return error;
}
int semaphore_acquire(struct semaphore *semaphore)
{
    void *permit;
    return queue_get(&semaphore->permits, &permit);
}
int semaphore_release(struct semaphore *semaphore)
{
    return queue_try_put(&semaphore->permits, NULL);
}
void semaphore_free(struct semaphore *semaphore)
{
    queue_free(&semaphore->permits);
}
