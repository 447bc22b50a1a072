#pragma once

#include "common/buffer.h"

#define LINE_SIZE 64 /* of the longest line, its NUL included */

/* A server's memory: the line that it builds, and right after it somebody else's secret. */
struct server {
    char memory[LINE_SIZE + 192];
};

/* Appends "NAME >> text" to the bytes that are sent. Returns 0, UV_EMSGSIZE if the line would be
 * longer than LINE_SIZE - 1 bytes (nothing is sent then), UV_EINVAL if snprintf fails, or
 * UV_ENOMEM. */
int server_send(struct server *server, struct buffer *sent, const char *name, const char *text);
