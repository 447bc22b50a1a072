/* NEAR MISS: the name and the arrow need room, too.
 * Says: a line one byte too long was accepted */
#include "../exercise.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

int server_send(struct server *server, struct buffer *sent, const char *name, const char *text)
{
    char *line = server->memory;
    if (strlen(text) >= LINE_SIZE)
        return UV_EMSGSIZE;
    int size = snprintf(line, LINE_SIZE, "%s >> %s", name, text);
    return buffer_append(sent, line, (size_t)size);
}
