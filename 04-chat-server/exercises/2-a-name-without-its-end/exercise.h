#pragma once

#include <stddef.h>

#define NAME_SIZE 33 /* 32 bytes and the NUL */

/* All zero is a client without a name. */
struct client {
    char name[NAME_SIZE];
};

/* Does what "/name Ana" says: from then on the client has that name. A name ends with the line, or
 * before "\r" or "\n". If it is longer than 32 bytes, the client gets its beginning: as many whole
 * characters as fit. The line is valid UTF-8, in which a character has one to four bytes. Returns
 * 0, or UV_EINVAL for another line or an empty name: then the client keeps its name. */
int client_process_command(struct client *client, const char *line);

/* Writes "Ana >> text", as the others see it. */
void client_format(const struct client *client, const char *text, char *line, size_t size);
