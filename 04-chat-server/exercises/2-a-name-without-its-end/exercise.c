/* "/name Ana": the name is a part of the received line. */
#include "exercise.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

#define COMMAND "/name "
#define MAX_SIZE (NAME_SIZE - 1)

int client_process_command(struct client *client, const char *line)
{
    if (strncmp(line, COMMAND, strlen(COMMAND)) != 0)
        return UV_EINVAL;
    const char *name = line + strlen(COMMAND);
    size_t size = strcspn(name, "\r\n"); /* some clients end their lines */
    if (size == 0)
        return UV_EINVAL;
    /* EXERCISE: some names end too late, and some in the wrong place. */
    if (size > MAX_SIZE)
        size = MAX_SIZE;
    memcpy(client->name, name, size);
    return 0;
}

void client_format(const struct client *client, const char *text, char *line, size_t size)
{
    snprintf(line, size, "%s >> %s", client->name, text);
}
