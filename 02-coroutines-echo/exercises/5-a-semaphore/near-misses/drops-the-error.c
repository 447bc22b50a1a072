/* NEAR MISS: a task whose wait was cancelled goes on as if it had a permit.
 * Says: it was cancelled while it waited for a permit, and semaphore_acquire returned 0 */
#include "../exercise.h"

int semaphore_init(struct semaphore *semaphore, size_t permits)
{
    int error = queue_init(&semaphore->permits, permits);
    for (size_t i = 0; i < permits && !error; i++)
        error = queue_try_put(&semaphore->permits, semaphore);
    return error;
}

int semaphore_acquire(struct semaphore *semaphore)
{
    void *permit;
    queue_get(&semaphore->permits, &permit);
    return 0;
}

int semaphore_release(struct semaphore *semaphore)
{
    return queue_try_put(&semaphore->permits, semaphore);
}

void semaphore_free(struct semaphore *semaphore)
{
    queue_free(&semaphore->permits);
}
