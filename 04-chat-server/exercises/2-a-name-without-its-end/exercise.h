#pragma once

#include <stddef.h>

#define NAME_SIZE 33 /* 32 bytes and the NUL */

/* All zero is one who has no name yet. */
struct client {
    char name[NAME_SIZE];
};

/* Does what "/name Ana" says: the client has that name from then on. Returns 0, or UV_EINVAL for
 * another line, or for a name that is empty or too long: then the client keeps the one it has. */
int client_process_command(struct client *client, const char *line);

/* Writes "Ana >> text", as others see it. */
void client_format(const struct client *client, const char *text, char *line, size_t size);
