/*
 * Messages, and a queue of them: those that have arrived and wait to be received.
 */
#pragma once

#include <stddef.h>
#include <sys/queue.h>

struct message {
    STAILQ_ENTRY(message) next;
    size_t size, capacity;
    size_t checked; /* bytes of the text that are known to be valid */
    char text[];    /* size bytes and a NUL */
};

struct message_queue {
    STAILQ_HEAD(, message) messages;
    size_t count;
    size_t bytes; /* that the messages occupy, headers included, so that small messages count too */
};

/* Makes an empty message with room for size bytes; NULL: out of memory. Free it with free(). */
struct message *message_new(size_t size);

/* Appends bytes; may move the message. Returns 0, or UV_ENOMEM: then it is unchanged. */
int message_append(struct message **message, const void *data, size_t size);

void message_queue_init(struct message_queue *queue);

/* Appends the message. The queue owns it from then on. */
void message_queue_push(struct message_queue *queue, struct message *message);

/* Removes the first message and returns it, or NULL if the queue is empty. */
struct message *message_queue_pop(struct message_queue *queue);

/* Frees all messages in the queue. */
void message_queue_clear(struct message_queue *queue);
