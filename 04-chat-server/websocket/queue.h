/*
 * Messages waiting in a row: those that came and are not yet received.
 */
#pragma once

#include <stddef.h>

struct message {
    struct message *next;
    size_t size, capacity;
    char text[]; /* size bytes and a NUL */
};

/* All zero is an empty one. */
struct message_queue {
    struct message *first, *last;
    size_t count;
    size_t bytes; /* what they occupy, so that many small ones count too */
};

/* An empty message that size bytes can be appended to without moving it; NULL when memory is short.
 * free() frees it. */
struct message *message_new(size_t size);

/* Appends bytes; the message may move. Returns 0, or UV_ENOMEM: it is as it was. */
int message_append(struct message **message, const void *data, size_t size);

/* Puts the message at the end; it is the queue's from then on. */
void message_queue_push(struct message_queue *queue, struct message *message);

/* Takes the first one out, or returns NULL. */
struct message *message_queue_pop(struct message_queue *queue);

/* Frees all that is in it. */
void message_queue_clear(struct message_queue *queue);
