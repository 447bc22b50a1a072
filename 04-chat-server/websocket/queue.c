#include "04-chat-server/websocket/queue.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct message *message_new(size_t size)
{
    struct message *message = malloc(sizeof(*message) + size + 1);
    if (!message)
        return NULL;
    message->next = NULL;
    message->size = 0;
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
    size_t whole = (*message)->size + size;
    if (whole > (*message)->capacity && grow(message, whole))
        return UV_ENOMEM;
    if (size > 0)
        memcpy((*message)->text + (*message)->size, data, size);
    (*message)->size = whole;
    (*message)->text[whole] = '\0';
    return 0;
}

static size_t occupied(const struct message *message)
{
    return sizeof(*message) + message->size + 1;
}

void message_queue_push(struct message_queue *queue, struct message *message)
{
    if (queue->last)
        queue->last->next = message;
    else
        queue->first = message;
    queue->last = message;
    queue->count++;
    queue->bytes += occupied(message);
}

struct message *message_queue_pop(struct message_queue *queue)
{
    struct message *message = queue->first;
    if (!message)
        return NULL;
    queue->first = message->next;
    if (!queue->first)
        queue->last = NULL;
    queue->count--;
    queue->bytes -= occupied(message);
    message->next = NULL;
    return message;
}

void message_queue_clear(struct message_queue *queue)
{
    struct message *message;
    while ((message = message_queue_pop(queue)))
        free(message);
}
