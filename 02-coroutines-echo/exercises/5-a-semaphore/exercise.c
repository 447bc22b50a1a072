/* A semaphore, made of a queue. */
#include "exercise.h"

/* EXERCISE: today everybody gets through at once. Which calls of queue.h wait, and which do not? */
int semaphore_init(struct semaphore *semaphore, size_t permits)
{
    return queue_init(&semaphore->permits, permits);
}

int semaphore_acquire(struct semaphore *semaphore)
{
    (void)semaphore;
    return 0;
}

int semaphore_release(struct semaphore *semaphore)
{
    (void)semaphore;
    return 0;
}

void semaphore_free(struct semaphore *semaphore)
{
    queue_free(&semaphore->permits);
}
