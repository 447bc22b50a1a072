/* NEAR MISS: what people say may have a % in it.
 * Says: has 22 bytes, and */
#include "../exercise.h"

#include <stdio.h>
#include <uv.h>

int server_send(struct server *server, struct buffer *sent, const char *name, const char *text)
{
    char *line = server->memory;
    int size = snprintf(line, LINE_SIZE, "%s >> ", name);
    if (size < 0)
        return UV_EINVAL;
    if (size >= LINE_SIZE)
        return UV_EMSGSIZE;
    int more = snprintf(line + size, (size_t)(LINE_SIZE - size), text, name);
    if (more < 0)
        return UV_EINVAL;
    size += more;
    if (size >= LINE_SIZE)
        return UV_EMSGSIZE;
    return buffer_append(sent, line, (size_t)size);
}
