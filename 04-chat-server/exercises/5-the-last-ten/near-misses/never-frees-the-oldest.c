/* NEAR MISS: the eleventh message takes the place of the first, and the memory of the first is
 * lost. Says: pieces of memory are not freed */
#include "../exercise.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

int history_add(struct history *history, const char *text, size_t size)
{
    char *copy = malloc(size + 1); /* a message without a byte has memory, too */
    if (!copy)
        return UV_ENOMEM;
    memcpy(copy, text, size);
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
        free(history->messages[i].text);
    *history = (struct history){0};
}
