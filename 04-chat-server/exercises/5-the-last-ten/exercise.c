/* A client that enters a room hears the last messages. */
#include "exercise.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* EXERCISE: write these two. exercise.h says what they do. */
int history_add(struct history *history, const char *text, size_t size)
{
    (void)history;
    (void)text;
    (void)size;
    return 0;
}

int history_replay(const struct history *history,
    int (*send)(void *client, const char *text, size_t size), void *client)
{
    (void)history;
    (void)send;
    (void)client;
    return 0;
}

void history_free(struct history *history)
{
    for (size_t i = 0; i < HISTORY; i++)
        free(history->messages[i].text);
    *history = (struct history){0};
}
