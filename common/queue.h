/*
 * A queue between tasks: asyncio.Queue. Other languages call it a channel.
 *
 *     struct queue jobs;
 *     queue_init(&jobs, 10);
 *
 *     producer                            each worker
 *         queue_put(&jobs, job);              while (queue_get(&jobs, &job) == 0)
 *         ...                                     work_on(job);
 *         queue_close(&jobs);
 *
 * A queue holds pointers, up to its capacity: when it is full, producers wait for the consumers.
 * Any number of tasks may put and get; they are served in the order in which they asked. The queue
 * never frees an item: an item belongs to the task that got it.
 *
 * A queue counts as closed and empty if it is all zero, if queue_init failed, or after queue_free.
 */
#pragma once

#include <sys/cdefs.h>
#include <sys/queue.h>

#include "common/task.h"

__BEGIN_DECLS

struct queue {
    void **items; /* a ring */
    size_t capacity;
    size_t first, count; /* the index of the oldest item, and the number of items */
    bool closed;
    TAILQ_HEAD(queue_waiters, queue_waiter) getters, putters; /* one of them is always empty */
};

/* Makes an empty queue for capacity items, at least one. Returns 0, UV_EINVAL for a
 * capacity of 0, or UV_ENOMEM. */
int queue_init(struct queue *queue, size_t capacity);

/* Puts an item at the end, and waits while the queue is full (await queue.put). Returns 0; or
 * UV_EPIPE when the queue is closed, UV_ECANCELED or UV_ETIMEDOUT: then the item is not in the
 * queue, and still belongs to the caller. */
int queue_put(struct queue *queue, void *item);

/* Takes the oldest item, and waits while there is none (await queue.get). Returns 0; or UV_EOF when
 * the queue is closed and empty (asyncio's QueueShutDown), UV_ECANCELED or UV_ETIMEDOUT: no item
 * was taken. */
int queue_get(struct queue *queue, void **item);

/* Puts an item without waiting (put_nowait). Returns 0; UV_EAGAIN where queue_put would wait; or
 * UV_EPIPE when the queue is closed. Any callback of the loop may call it. */
int queue_try_put(struct queue *queue, void *item);

/* Takes an item without waiting (get_nowait). Returns 0; UV_EAGAIN where queue_get would wait; or
 * UV_EOF when the queue is closed and empty. Any callback of the loop may call it. */
int queue_try_get(struct queue *queue, void **item);

/* Closes the queue: it accepts no more items, and every task that waits on it wakes up
 * (queue.shutdown). Tasks can still get the items that are in it. Closing it twice does nothing. */
void queue_close(struct queue *queue);

/* Frees the queue's memory, but not the items. No task may be waiting on it. Freeing it twice does
 * nothing. */
void queue_free(struct queue *queue);

__END_DECLS
