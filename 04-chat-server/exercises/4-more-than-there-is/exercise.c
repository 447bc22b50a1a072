/* The server builds a line in its memory, and sends it from there. */
#include "exercise.h"

#include <stdio.h>
#include <uv.h>

int server_send(struct server *server, struct buffer *sent, const char *name, const char *text)
{
    char *line = server->memory;
    /* EXERCISE: is size what you think it is? */
    int size = snprintf(line, LINE_SIZE, "%s >> %s", name, text);
    return buffer_append(sent, line, (size_t)size);
}
