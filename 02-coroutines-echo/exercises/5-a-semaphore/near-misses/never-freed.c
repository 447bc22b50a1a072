/* NEAR MISS: the queue keeps its memory.
 * Found by: address
 * Says: detected memory leaks */
#include "../exercise.h"

int semaphore_init(struct semaphore *semaphore, size_t permits)
{
    int error = queue_init(&semaphore->permits, permits);
    for (size_t i = 0; !error && i < permits; i++)
        error = queue_try_put(&semaphore->permits, NULL);
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
    (void)semaphore;
}
