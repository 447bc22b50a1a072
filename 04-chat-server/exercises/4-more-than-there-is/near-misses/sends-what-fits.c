/* NEAR MISS: the line is cut short, and the part is sent.
 * Says: the line does not fit, and 63 bytes of it were sent */
#include "../exercise.h"

#include <stdio.h>
#include <uv.h>

int server_send(struct server *server, struct buffer *sent, const char *name, const char *text)
{
    char *line = server->memory;
    int size = snprintf(line, LINE_SIZE, "%s >> %s", name, text);
    if (size >= LINE_SIZE)
        size = LINE_SIZE - 1;
    return buffer_append(sent, line, (size_t)size);
}
