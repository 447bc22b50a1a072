#pragma once

#include "common/buffer.h"

#define LINE_SIZE 64 /* of the longest line, its NUL included */

/* A server's memory: the line that is being made, and right behind it what is somebody else's. */
struct server {
    char memory[LINE_SIZE + 192];
};

/* Appends "NAME >> text" to what is to be sent. Returns 0; UV_EMSGSIZE: the line would be longer
 * than LINE_SIZE - 1 bytes, and nothing is sent; UV_EINVAL: it cannot be made; or UV_ENOMEM. */
int server_send(struct server *server, struct buffer *sent, const char *name, const char *text);
