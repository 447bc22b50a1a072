/*
 * Whose pages may connect. Browsers say in Origin where a page came from; it is the only thing that
 * tells our page from any other that is open in the same browser. Programs say nothing.
 */
#pragma once

#include <stdbool.h>

/* Whether "HOST:PORT", "[::1]:PORT" or either without a port names this computer: localhost,
 * 127.0.0.0/8, ::1. No name server can make such a name mean another computer, nor another name
 * become one of them. */
bool websocket_host_is_loopback(const char *host);

/* Whether the origin is one of the list's, which commas and spaces divide; "*" is any, NULL none.
 */
bool websocket_origin_is_listed(const char *list, const char *origin);

/* Whether the origin is that of a page which came from the host that it connects to. */
bool websocket_origin_is_host(const char *origin, const char *host);
