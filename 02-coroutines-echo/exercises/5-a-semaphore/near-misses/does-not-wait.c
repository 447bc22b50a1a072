/* NEAR MISS: queue_try_get returns an error where the task should wait.
 * Says: semaphore_acquire returned EAGAIN */
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
    return queue_try_get(&semaphore->permits, &permit);
}

int semaphore_release(struct semaphore *semaphore)
{
    return queue_try_put(&semaphore->permits, semaphore);
}

void semaphore_free(struct semaphore *semaphore)
{
    queue_free(&semaphore->permits);
}
