/* NEAR MISS: the line is sent, and refused afterwards.
 * Says: all have read */
#include "../exercise.h"

#include <stdio.h>
#include <uv.h>

int server_send(struct server *server, struct buffer *sent, const char *name, const char *text)
{
    char *line = server->memory;
    int size = snprintf(line, LINE_SIZE, "%s >> %s", name, text);
    int error = buffer_append(sent, line, (size_t)size);
    return !error && size >= LINE_SIZE ? UV_EMSGSIZE : error;
}
