/* NEAR MISS: a static count numbers the messages of all rooms.
 * Says: message 3 came where 13 should have */
#include "../exercise.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static size_t said;
int history_add(struct history *history, const char *text, size_t size)
{
    char *copy = malloc(size ? size : 1);
    if (!copy)
        return UV_ENOMEM;
    memcpy(copy, text, size);
    struct message *message = &history->messages[said % HISTORY];
    free(message->text);
    *message = (struct message){copy, size};
    said++;
    return 0;
}

int history_replay(const struct history *history,
    int (*send)(void *client, const char *text, size_t size), void *client)
{
    size_t count = said < HISTORY ? said : HISTORY;
    for (size_t i = said - count; i < said; i++) {
        const struct message *message = &history->messages[i % HISTORY];
        int error = send(client, message->text, message->size);
        if (error)
            return error;
    }
    return 0;
}

void history_free(struct history *history)
{
    for (size_t i = 0; i < HISTORY; i++)
        free(history->messages[i].text);
    said = 0;
    *history = (struct history){0};
}
