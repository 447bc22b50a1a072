/* NEAR MISS: a byte has no room for a thousand permits.
 * Says: not all can be taken */
#include "../exercise.h"

int semaphore_init(struct semaphore *semaphore, size_t permits)
{
    unsigned char count = (unsigned char)permits;
    int error = queue_init(&semaphore->permits, count);
    for (int i = 0; !error && i < count; i++)
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
    queue_free(&semaphore->permits);
}
