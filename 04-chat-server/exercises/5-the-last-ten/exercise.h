#pragma once

#include <stddef.h>

#define HISTORY 10

/* The last messages that were said in a room. All zero is an empty one. */
struct history {
    struct message {
        char *text;
        size_t size;
    } messages[HISTORY];
    size_t said; /* how many were said in all */
};

/* Remembers a message, and forgets the one said HISTORY messages before it. text is the caller's,
 * and may be gone right after. It has size bytes, of which each may be a NUL. Returns 0, or
 * UV_ENOMEM: all is as it was. */
int history_add(struct history *history, const char *text, size_t size);

/* Sends what is remembered, the oldest first, to a client that has just come. Returns 0, or the
 * first error of send: no more is sent then. */
int history_replay(const struct history *history,
    int (*send)(void *client, const char *text, size_t size), void *client);

/* Frees what it holds; it is empty then. */
void history_free(struct history *history);
