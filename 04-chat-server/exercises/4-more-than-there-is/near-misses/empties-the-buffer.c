/* NEAR MISS: lines that were said before, and not sent yet, are lost.
 * Says: has 12 bytes, and 0 were sent */
#include "../exercise.h"

#include <stdio.h>
#include <uv.h>

int server_send(struct server *server, struct buffer *sent, const char *name, const char *text)
{
    char *line = server->memory;
    int size = snprintf(line, LINE_SIZE, "%s >> %s", name, text);
    if (size < 0)
        return UV_EINVAL;
    if (size >= LINE_SIZE) {
        buffer_free(sent);
        return UV_EMSGSIZE;
    }
    return buffer_append(sent, line, (size_t)size);
}
