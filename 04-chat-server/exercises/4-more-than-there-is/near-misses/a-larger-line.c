/* NEAR MISS: the line may use all of the memory, so it gets longer than is allowed.
 * Says: all have read */
#include "../exercise.h"

#include <stdio.h>
#include <uv.h>

int server_send(struct server *server, struct buffer *sent, const char *name, const char *text)
{
    char *line = server->memory;
    int size = snprintf(line, sizeof(server->memory), "%s >> %s", name, text);
    if (size < 0)
        return UV_EINVAL;
    if (size >= (int)sizeof(server->memory))
        return UV_EMSGSIZE;
    return buffer_append(sent, line, (size_t)size);
}
