/* NEAR MISS: a semaphore without memory, or without permits, seems to be one.
 * Says: semaphore_init returned 0 instead of UV_EINVAL */
#include "../exercise.h"

/* The queue holds the permits that nobody has. At first that is all of them: the queue is full. */
int semaphore_init(struct semaphore *semaphore, size_t permits)
{
    int error = queue_init(&semaphore->permits, permits);
    (void)error;
    for (size_t i = 0; i < permits; i++)
        queue_try_put(&semaphore->permits, semaphore);
    return 0;
}

int semaphore_acquire(struct semaphore *semaphore)
{
    void *permit;
    return queue_get(&semaphore->permits, &permit);
}

/* queue_put would fail in a cancelled task, and the permit would be lost. There is always room for
 * a permit that was taken out. */
int semaphore_release(struct semaphore *semaphore)
{
    return queue_try_put(&semaphore->permits, semaphore);
}

void semaphore_free(struct semaphore *semaphore)
{
    queue_free(&semaphore->permits);
}
