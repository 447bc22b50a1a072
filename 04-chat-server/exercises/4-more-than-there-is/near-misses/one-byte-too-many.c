/* NEAR MISS: the NUL needs a byte as well: a line of LINE_SIZE bytes does not fit.
 * Says: a line one byte too long was accepted */
#include "../exercise.h"

#include <stdio.h>
#include <uv.h>

int server_send(struct server *server, struct buffer *sent, const char *name, const char *text)
{
    char *line = server->memory;
    int size = snprintf(line, LINE_SIZE, "%s >> %s", name, text);
    if (size < 0)
        return UV_EINVAL;
    if (size > LINE_SIZE)
        return UV_EMSGSIZE;
    return buffer_append(sent, line, (size_t)size);
}
