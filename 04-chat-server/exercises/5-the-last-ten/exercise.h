#pragma once

#include <stddef.h>

#define HISTORY 10

/* The last messages of a room. All zero is an empty history. */
struct history {
    struct message {
        char *text;
        size_t size;
    } messages[HISTORY];
    size_t said; /* how many were said in all */
};

/* Remembers a message, and forgets the one said HISTORY messages before it. The caller keeps the
 * text, and may free it right after. It has size bytes, any of which may be a NUL. Returns 0, or
 * UV_ENOMEM; then nothing has changed. */
int history_add(struct history *history, const char *text, size_t size);

/* Sends the remembered messages, the oldest first, to a client that has just come. Returns 0, or
 * the first error of send; then it sends no more. */
int history_replay(const struct history *history,
    int (*send)(void *client, const char *text, size_t size), void *client);

/* Frees the messages; the history is empty then. */
void history_free(struct history *history);
