/*
 * The address of a Redis server, as --redis takes it.
 */
#pragma once

#include <stdbool.h>

/* redis://[[user]:password@]host[:port][/database], rediss://... (TLS), or unix:/path/of/socket.
 * A struct that is all zero holds no address. */
struct redis_url {
    bool is_tls;
    char *path; /* of a Unix socket, or NULL */
    char *host;
    char *port;
    char *user;     /* NULL: the default user */
    char *password; /* NULL: none */
    long database;
};

/* Returns 0, or UV_EINVAL or UV_ENOMEM; then there is nothing to free. */
int redis_url_parse(struct redis_url *url, const char *text);

void redis_url_free(struct redis_url *url);
