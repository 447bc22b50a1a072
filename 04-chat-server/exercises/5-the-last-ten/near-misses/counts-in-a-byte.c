/* NEAR MISS: after 256 messages the count begins again.
 * Says: message 291 came where 301 should have */
#include "../exercise.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

int history_add(struct history *history, const char *text, size_t size)
{
    char *copy = malloc(size ? size : 1);
    if (!copy)
        return UV_ENOMEM;
    memcpy(copy, text, size);
    struct message *message = &history->messages[history->said % HISTORY];
    free(message->text);
    *message = (struct message){copy, size};
    history->said++;
    return 0;
}

int history_replay(const struct history *history,
    int (*send)(void *client, const char *text, size_t size), void *client)
{
    unsigned char s = (unsigned char)history->said;
    size_t count = s < HISTORY ? s : HISTORY;
    for (size_t i = s - count; i < s; i++) {
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
    *history = (struct history){0};
}
