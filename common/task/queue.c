#include "common/queue.h"

#include <stdlib.h>

#include "common/task/state.h"

/* A task that waits, with the item that it puts, or room for the item that it gets. */
struct queue_waiter {
    struct task_wait wait;
    struct queue_waiters *waiters;
    void *item;
    TAILQ_ENTRY(queue_waiter) next;
};

int queue_init(struct queue *queue, size_t capacity)
{
    require(queue);
    *queue = (struct queue){.capacity = capacity};
    TAILQ_INIT(&queue->getters);
    TAILQ_INIT(&queue->putters);
    if (capacity == 0)
        return UV_EINVAL;
    if (capacity > PTRDIFF_MAX / sizeof(*queue->items))
        return UV_ENOMEM;
    queue->items = calloc(capacity, sizeof(*queue->items));
    return queue->items ? 0 : UV_ENOMEM;
}

void queue_free(struct queue *queue)
{
    require(queue);
    const struct queue_waiter *getter = TAILQ_FIRST(&queue->getters);
    const struct queue_waiter *waiter = getter ? getter : TAILQ_FIRST(&queue->putters);
    if (waiter)
        misuse("frees a queue on which task %s waits: close it and join that task first",
            task_name(waiter->wait.task));
    free(queue->items);
    *queue = (struct queue){0};
}

/*
 * Waiting. A put hands its item directly to a task that waits in a get, and a get takes the item of
 * a task that waits in a put. When a task wakes, its call has already been carried out, so no other
 * task can overtake it.
 */

static void cancel_wait(struct task_wait *wait)
{
    struct queue_waiter *waiter = (struct queue_waiter *)wait;
    TAILQ_REMOVE(waiter->waiters, waiter, next);
    task_wake(wait, UV_ECANCELED);
}

static int wait_among(struct queue_waiters *waiters, const char *what, void **item)
{
    struct queue_waiter waiter = {.waiters = waiters, .item = *item};
    TAILQ_INSERT_TAIL(waiters, &waiter, next);
    int error = task_wait(&waiter.wait, what, cancel_wait);
    *item = waiter.item;
    return error;
}

static void serve(struct queue_waiters *waiters, struct queue_waiter *waiter, int result)
{
    TAILQ_REMOVE(waiters, waiter, next);
    task_wake(&waiter->wait, result);
}

/*
 * Items
 */

/* A queue without memory for items is closed: it is all zero, or queue_init failed. */
static bool is_closed(const struct queue *queue)
{
    return queue->closed || !queue->items;
}

static void append(struct queue *queue, void *item)
{
    queue->items[(queue->first + queue->count++) % queue->capacity] = item;
}

static void *take_oldest(struct queue *queue)
{
    void *item = queue->items[queue->first];
    queue->first = (queue->first + 1) % queue->capacity;
    queue->count--;
    return item;
}

int queue_try_put(struct queue *queue, void *item)
{
    require(queue);
    struct queue_waiter *getter = TAILQ_FIRST(&queue->getters);
    if (is_closed(queue))
        return UV_EPIPE;
    if (getter) {
        getter->item = item;
        serve(&queue->getters, getter, 0);
        return 0;
    }
    if (queue->count == queue->capacity)
        return UV_EAGAIN;
    append(queue, item);
    return 0;
}

int queue_try_get(struct queue *queue, void **item)
{
    require(queue);
    require(item);
    struct queue_waiter *putter = TAILQ_FIRST(&queue->putters);
    if (queue->count == 0)
        return is_closed(queue) ? UV_EOF : UV_EAGAIN;
    *item = take_oldest(queue);
    if (putter) {
        append(queue, putter->item);
        serve(&queue->putters, putter, 0);
    }
    return 0;
}

int queue_put(struct queue *queue, void *item)
{
    require(queue);
    int error = task_checkpoint("queue_put");
    if (!error)
        error = queue_try_put(queue, item);
    return error == UV_EAGAIN ? wait_among(&queue->putters, "queue_put", &item) : error;
}

int queue_get(struct queue *queue, void **item)
{
    require(queue);
    require(item);
    int error = task_checkpoint("queue_get");
    if (!error)
        error = queue_try_get(queue, item);
    if (error != UV_EAGAIN)
        return error;
    *item = NULL;
    return wait_among(&queue->getters, "queue_get", item);
}

void queue_close(struct queue *queue)
{
    require(queue);
    struct queue_waiter *waiter;
    queue->closed = true;
    while ((waiter = TAILQ_FIRST(&queue->getters)))
        serve(&queue->getters, waiter, UV_EOF);
    while ((waiter = TAILQ_FIRST(&queue->putters)))
        serve(&queue->putters, waiter, UV_EPIPE);
}
