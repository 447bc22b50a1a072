/* NEAR MISS: the buffer may have no memory for the line.
 * Says: returned 0 instead of UV_ENOMEM */
#include "../exercise.h"

#include <stdio.h>
#include <uv.h>

int server_send(struct server *server, struct buffer *sent, const char *name, const char *text)
{
    char *line = server->memory;
    int size = snprintf(line, LINE_SIZE, "%s >> %s", name, text);
    if (size < 0)
        return UV_EINVAL;
    if (size >= LINE_SIZE)
        return UV_EMSGSIZE;
    buffer_append(sent, line, (size_t)size);
    return 0;
}
