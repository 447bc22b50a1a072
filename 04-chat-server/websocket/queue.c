#include "04-chat-server/websocket/queue.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct message *message_new(size_t size)
{
    struct message *message = malloc(sizeof(*message) + size + 1);
    if (!message)
        return NULL;
    message->size = 0;
    message->checked = 0;
    message->capacity = size;
    message->text[0] = '\0';
    return message;
}

static int grow(struct message **message, size_t size)
{
    size_t capacity = 2 * (*message)->capacity;
    if (capacity < size)
        capacity = size;
    struct message *grown = realloc(*message, sizeof(*grown) + capacity + 1);
    if (!grown)
        return UV_ENOMEM;
    grown->capacity = capacity;
    *message = grown;
    return 0;
}

int message_append(struct message **message, const void *data, size_t size)
{
    size_t new_size = (*message)->size + size;
    if (new_size > (*message)->capacity && grow(message, new_size))
        return UV_ENOMEM;
    if (size > 0)
        memcpy((*message)->text + (*message)->size, data, size);
    (*message)->size = new_size;
    (*message)->text[new_size] = '\0';
    return 0;
}

static size_t occupied_bytes(const struct message *message)
{
    return sizeof(*message) + message->size + 1;
}

void message_queue_init(struct message_queue *queue)
{
    *queue = (struct message_queue){0};
    STAILQ_INIT(&queue->messages);
}

void message_queue_push(struct message_queue *queue, struct message *message)
{
    STAILQ_INSERT_TAIL(&queue->messages, message, next);
    queue->count++;
    queue->bytes += occupied_bytes(message);
}

struct message *message_queue_pop(struct message_queue *queue)
{
    struct message *message = STAILQ_FIRST(&queue->messages);
    if (!message)
        return NULL;
    STAILQ_REMOVE_HEAD(&queue->messages, next);
    queue->count--;
    queue->bytes -= occupied_bytes(message);
    return message;
}

void message_queue_clear(struct message_queue *queue)
{
    struct message *message;
    while ((message = message_queue_pop(queue)))
        free(message);
}
