/* The functions that the test calls. */
#pragma once

#include "common/queue.h"

/* Lets a fixed number of tasks through at once (asyncio.BoundedSemaphore). */
struct semaphore {
    struct queue permits;
};

/* Makes a semaphore with that many permits, at least one. Does not wait: it may be called before
 * there is a task. Returns 0, UV_EINVAL or UV_ENOMEM; after
 * an error there is nothing to free. */
int semaphore_init(struct semaphore *semaphore, size_t permits);

/* Takes a permit, and waits while there is none. Returns 0; or UV_ECANCELED or UV_ETIMEDOUT: the
 * task has no permit. */
int semaphore_acquire(struct semaphore *semaphore);

/* Gives a permit back, also in a task that was cancelled. Does not wait. Returns 0, or an error if
 * no permit is out. */
int semaphore_release(struct semaphore *semaphore);

/* No task may wait for it. */
void semaphore_free(struct semaphore *semaphore);
