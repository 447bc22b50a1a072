/* NEAR MISS: the size of a long line does not fit into a byte.
 * Says: the others see "aa >> hi" */
#include "../exercise.h"

#include <stdint.h>
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
    uint8_t size = (uint8_t)strcspn(name, "\r\n");
    if (size == 0)
        return UV_EINVAL;
    if (size > MAX_SIZE) {
        size = MAX_SIZE;
        while ((name[size] & 0xC0) == 0x80)
            size--;
    }
    memcpy(client->name, name, size);
    client->name[size] = '\0';
    return 0;
}

void client_format(const struct client *client, const char *text, char *line, size_t size)
{
    snprintf(line, size, "%s >> %s", client->name, text);
}
