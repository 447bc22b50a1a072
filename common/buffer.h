/*
 * A queue of bytes: they are appended at the end and consumed from the start. An all-zero buffer is
 * empty and holds no memory.
 */
#pragma once

#include <stddef.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

struct buffer {
    char *data;
    size_t start, end; /* the contents are data[start] to data[end - 1] */
    size_t capacity;   /* bytes allocated, besides one more for a NUL */
};

/* Reserves room for size more bytes after the end. Returns 0 or UV_ENOMEM. */
int buffer_reserve(struct buffer *buffer, size_t size);

/* Appends a copy of the bytes. Returns 0, or UV_ENOMEM and then the buffer is unchanged. */
int buffer_append(struct buffer *buffer, const void *data, size_t size);

/* Removes size bytes from the start; size may be at most buffer_size. */
void buffer_consume(struct buffer *buffer, size_t size);

/* Frees the memory and leaves an empty buffer, which can be used again. */
void buffer_free(struct buffer *buffer);

/* The number of bytes in the buffer. */
static inline size_t buffer_size(const struct buffer *buffer)
{
    return buffer->end - buffer->start;
}

__END_DECLS
