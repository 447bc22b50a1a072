/*
 * What streams and listeners need for their sockets. Private.
 */
#pragma once

#include <netdb.h>
#include <stdbool.h>

/* Opens a TCP socket that a started program does not inherit, with these options: non-blocking, no
 * Nagle delay, no SIGPIPE, and keepalive, which notices within a minute that the peer is gone.
 * Returns the socket or a libuv error. An option that the system lacks is left out, because the
 * socket works without it. */
int socket_open(int family);

/* Accepts a connection: a socket like the listening one. Returns -1 with errno if there is none. */
int socket_accept(int listening);

/* Looks up the addresses of host and port on the thread pool (loop.getaddrinfo). The caller frees
 * them with uv_freeaddrinfo. Returns 0, UV_EAI_NONAME, ..., UV_ECANCELED or UV_ETIMEDOUT. After a
 * cancellation the look-up may go on by itself; its result is dropped. */
int socket_resolve(const char *host, const char *port, bool to_listen, struct addrinfo **addresses);
