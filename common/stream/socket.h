/*
 * Sockets for streams and listeners. Private.
 */
#pragma once

#include <netdb.h>
#include <stdbool.h>
#include <uv.h>

/* Opens a non-blocking TCP socket that child programs do not inherit, without Nagle's delay and
 * without SIGPIPE, and with keepalive, which notices within a minute that the peer is gone. Returns
 * the socket or a libuv error. It leaves out options that the system lacks, because the socket
 * works without them. */
int socket_open(int family);

/* Accepts a connection, whose socket has the same options. Returns -1 with errno if there is
 * none. */
int socket_accept(int listening);

/* Prepares to poll the socket. Returns 0 or a libuv error, and then there is nothing to close. */
int socket_poll_init(uv_loop_t *loop, uv_poll_t *poll, int socket);

/* Looks up the addresses of host and port on the thread pool (loop.getaddrinfo). The caller frees
 * them with uv_freeaddrinfo. Returns 0, UV_EAI_NONAME, ..., UV_ECANCELED or UV_ETIMEDOUT. After a
 * cancellation the lookup may go on in the background; its result is dropped. */
int socket_resolve(const char *host, const char *port, bool to_listen, struct addrinfo **addresses);
