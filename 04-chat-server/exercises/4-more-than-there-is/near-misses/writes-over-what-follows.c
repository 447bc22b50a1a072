/* NEAR MISS: the line that does not fit is refused, but it has overwritten the memory after it.
 * Says: memory after the line was overwritten */
#include "../exercise.h"

#include <stdio.h>
#include <uv.h>

int server_send(struct server *server, struct buffer *sent, const char *name, const char *text)
{
    char *line = server->memory;
    int size = snprintf(line, sizeof(server->memory), "%s >> %s", name, text);
    if (size < 0)
        return UV_EINVAL;
    if (size >= LINE_SIZE)
        return UV_EMSGSIZE;
    return buffer_append(sent, line, (size_t)size);
}
