/*
 * Which pages may connect. A page's origin is the site that it came from.
 */
#pragma once

#include <stdbool.h>

struct origins {
    const char *allowed; /* other sites whose pages may connect: "https://a.b,..." */
    bool is_local;       /* the server listens at a loopback address */
};

/* Whether "HOST:PORT" names this computer: localhost (also with a dot at its end), 127.0.0.0/8,
 * also written as an IPv6 address, or [::1]. No name server can give such a name to another
 * computer. */
bool websocket_is_loopback(const char *text);

/* Whether a page of that origin may connect to the host that it asks for. May shorten both. */
bool origin_is_allowed(const struct origins *origins, char *origin, char *host);
