/* NEAR MISS: the NUL is sent, too.
 * Says: 12 bytes, and 13 were sent */
#include "../exercise.h"

#include <stdio.h>
#include <uv.h>

int server_send(struct server *server, struct buffer *sent, const char *name, const char *text)
{
    char *line = server->memory;
    int size = snprintf(line, LINE_SIZE, "%s >> %s", name, text) + 1;
    if (size <= 0)
        return UV_EINVAL;
    if (size > LINE_SIZE)
        return UV_EMSGSIZE;
    return buffer_append(sent, line, (size_t)size);
}
