/*
 * Bytes in a queue: appended at the end, taken from the start. All zero is an empty one, which
 * holds no memory.
 */
#pragma once

#include <stddef.h>

struct buffer {
    char *data;
    size_t start, end; /* the bytes are those from start to end */
    size_t capacity;   /* one more byte is allocated, for a NUL */
};

/* Sees to it that size more bytes fit behind the end. Returns 0 or UV_ENOMEM. */
int buffer_reserve(struct buffer *buffer, size_t size);

/* Appends bytes. Returns 0 or UV_ENOMEM. */
int buffer_append(struct buffer *buffer, const void *data, size_t size);

/* Takes size bytes from the start; an emptied buffer starts again at the front. */
void buffer_consume(struct buffer *buffer, size_t size);

/* Frees the memory; the buffer is empty then. */
void buffer_free(struct buffer *buffer);

static inline size_t buffer_size(const struct buffer *buffer)
{
    return buffer->end - buffer->start;
}
