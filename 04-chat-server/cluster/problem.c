/* Translates the errors that Redis answers into libuv's, and stores their text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "04-chat-server/cluster/redis.h"
#include "common/bytes.h"
#include "common/visible.h"

#define MAX_WORDS 160 /* bytes of the text; a byte that is shown as an escape takes up to six */

static const struct {
    const char *beginning;
    int error;
} errors[] = {
    {"NOAUTH", UV_EACCES},
    {"WRONGPASS", UV_EACCES},
    {"NOPERM", UV_EACCES},
    {"ERR invalid password", UV_EACCES},
    {"ERR AUTH", UV_EACCES},
    {"ERR Client sent AUTH", UV_EACCES},
    {"ERR unknown command", UV_ENOSYS},
    {"ERR no such key", UV_ENOENT},
    {"OOM", UV_ENOSPC},
    {"READONLY", UV_EROFS},
    {"WRONGTYPE", UV_EPROTOTYPE},
    {"LOADING", UV_EBUSY},
    {"BUSY", UV_EBUSY},
    {"MASTERDOWN", UV_EBUSY},
    {"MISCONF", UV_EIO},
    {"MOVED", UV_EXDEV},
    {"ASK", UV_EXDEV},
    {"CLUSTERDOWN", UV_EXDEV},
    {"ERR syntax error", UV_ENOSYS},
};

/* Redis may send any bytes, and the text appears in logs and terminals. */
void problem_note(struct redis *redis, const char *problem)
{
    char *text = bytes_to_text(problem, strnlen(problem, MAX_WORDS), NULL);
    char *visible = text ? visible_text(text, strlen(text)) : NULL;
    snprintf(redis->problem, sizeof(redis->problem), "%s", visible ? visible : "");
    free(visible);
    free(text);
}

int problem_of(struct redis *redis, const char *text)
{
    problem_note(redis, text);
    for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
        const char *found = strstr(text, errors[i].beginning);
        /* If the error happened inside a script, Redis puts other words before it. */
        if (found && (found == text || strncmp(text, "ERR", 3) == 0 || *text == '-'))
            return errors[i].error;
    }
    return UV_EPROTO;
}
