/* NEAR MISS: the permit has arrived, and the caller is told that it has none.
 * Says: nobody has the permit */
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
    int cancelled = task_cancelled();
    int error = queue_get(&semaphore->permits, &permit);
    if (!error && task_cancelled())
        return task_cancelled();
    return cancelled ? cancelled : error;
}
int semaphore_release(struct semaphore *semaphore)
{
    return queue_try_put(&semaphore->permits, NULL);
}
void semaphore_free(struct semaphore *semaphore)
{
    queue_free(&semaphore->permits);
}
