/* NEAR MISS: the -1 of snprintf is taken for a long line.
 * Says: server_send returned EMSGSIZE instead of UV_EINVAL */
#include "../exercise.h"

#include <stdio.h>
#include <uv.h>

int server_send(struct server *server, struct buffer *sent, const char *name, const char *text)
{
    char *line = server->memory;
    int size = snprintf(line, LINE_SIZE, "%s >> %s", name, text);
    if ((size_t)size >= LINE_SIZE) /* size is the length that the whole text would have */
        return UV_EMSGSIZE;
    return buffer_append(sent, line, (size_t)size);
}
