/*
 * What streams and listeners need for their sockets. Private.
 */
#pragma once

#include <netdb.h>
#include <stdbool.h>

/* Sets the options of a TCP socket: non-blocking, no Nagle delay, no SIGPIPE, and keepalive, which
 * notices within a minute that the peer is gone. Ignores errors, because the socket works without
 * the options. A socket that is accepted inherits them from the listening one, but not that it is
 * non-blocking. */
void socket_prepare(int socket);

/* Looks up the addresses of host and port on the thread pool (loop.getaddrinfo). The caller frees
 * them with uv_freeaddrinfo. Returns 0, UV_EAI_NONAME, ..., UV_ECANCELED or UV_ETIMEDOUT. After a
 * cancellation the look-up may go on by itself; its result is dropped. */
int socket_resolve(const char *host, const char *port, bool to_listen, struct addrinfo **addresses);
