/* NEAR MISS: the caller frees the text, and the history keeps a pointer to it.
 * Says: which nobody said */
#include "../exercise.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

int history_add(struct history *history, const char *text, size_t size)
{
    char *copy = (char *)text;
    struct message *place = &history->messages[history->said % HISTORY];
    *place = (struct message){copy, size};
    history->said++;
    return 0;
}

int history_replay(const struct history *history,
    int (*send)(void *client, const char *text, size_t size), void *client)
{
    size_t first = history->said > HISTORY ? history->said - HISTORY : 0;
    int error = 0;
    for (size_t i = first; i < history->said && !error; i++) {
        const struct message *message = &history->messages[i % HISTORY];
        error = send(client, message->text, message->size);
    }
    return error;
}

void history_free(struct history *history)
{
    for (size_t i = 0; i < HISTORY; i++)
        history->messages[i].text = NULL;
    *history = (struct history){0};
}
