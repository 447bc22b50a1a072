#include "common/buffer.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "common/observe/misuse.h"

#define MIN_CAPACITY 512

static void move_to_front(struct buffer *buffer)
{
    size_t size = buffer_size(buffer);
    if (buffer->start > 0)
        memmove(buffer->data, buffer->data + buffer->start, size);
    buffer->start = 0;
    buffer->end = size;
}

/* Doubles the capacity until it is at least needed. */
static int grow(struct buffer *buffer, size_t needed)
{
    size_t capacity = buffer->capacity ? 2 * buffer->capacity : MIN_CAPACITY;
    while (capacity < needed)
        capacity *= 2;
    char *data = realloc(buffer->data, capacity + 1);
    if (!data)
        return UV_ENOMEM;
    buffer->data = data;
    buffer->capacity = capacity;
    return 0;
}

int buffer_reserve(struct buffer *buffer, size_t size)
{
    require(buffer);
    if (size <= buffer->capacity - buffer->end)
        return 0;
    size_t left = buffer_size(buffer);
    if (size > PTRDIFF_MAX / 2 - left)
        return UV_ENOMEM;
    /* The contents move to the front only if at least as many bytes were consumed before them. So
     * the moves together copy no more bytes than were consumed. */
    bool worth_moving = buffer->start >= left;
    move_to_front(buffer);
    if (worth_moving && size <= buffer->capacity - left)
        return 0;
    return grow(buffer, left + size);
}

int buffer_append(struct buffer *buffer, const void *data, size_t size)
{
    require(buffer);
    if (size)
        require(data);
    if (size == 0)
        return 0;
    int error = buffer_reserve(buffer, size);
    if (error)
        return error;
    memcpy(buffer->data + buffer->end, data, size);
    buffer->end += size;
    return 0;
}

void buffer_consume(struct buffer *buffer, size_t size)
{
    require(buffer);
    buffer->start += size;
    if (buffer->start == buffer->end)
        buffer->start = buffer->end = 0;
}

void buffer_free(struct buffer *buffer)
{
    require(buffer);
    free(buffer->data);
    *buffer = (struct buffer){0};
}
