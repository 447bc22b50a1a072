/* NEAR MISS: the last byte of a whole character is a continuation byte, too: it loses one that
 * fits. Says: a part of a character */
#include "../exercise.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

#define COMMAND "/name "
#define MAX_SIZE (NAME_SIZE - 1)

static size_t whole_characters(const char *name, size_t size)
{
    if (size <= MAX_SIZE)
        return size;
    size = MAX_SIZE;
    while (((unsigned char)name[size - 1] & 0xC0) == 0x80)
        size--;
    return size;
}

int client_process_command(struct client *client, const char *line)
{
    if (strncmp(line, COMMAND, strlen(COMMAND)) != 0)
        return UV_EINVAL;
    const char *name = line + strlen(COMMAND);
    size_t size = strcspn(name, "\r\n"); /* some clients end their lines */
    if (size == 0)
        return UV_EINVAL;
    size = whole_characters(name, size);
    memcpy(client->name, name, size);
    client->name[size] = '\0'; /* a piece of a longer text has no end of its own */
    return 0;
}

void client_format(const struct client *client, const char *text, char *line, size_t size)
{
    snprintf(line, size, "%s >> %s", client->name, text);
}
