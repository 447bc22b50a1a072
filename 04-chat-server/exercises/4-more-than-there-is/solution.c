/* A line is made in a piece of memory, and sent from there. */
#include "exercise.h"

#include <stdio.h>
#include <uv.h>

int server_send(struct server *server, struct buffer *sent, const char *name, const char *text)
{
    char *line = server->memory;
    int size = snprintf(line, LINE_SIZE, "%s >> %s", name, text);
    if (size < 0)
        return UV_EINVAL;
    if (size >= LINE_SIZE) /* how long it would have been, had there been room */
        return UV_EMSGSIZE;
    return buffer_append(sent, line, (size_t)size);
}
