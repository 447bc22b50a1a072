/*
 * What streams and listeners share: sockets and their addresses. Nobody else's.
 */
#pragma once

#include "common/stream.h"

/* Errors of it do no harm, so they are passed over. Non-blocking, without Nagle's delay, no
 * SIGPIPE, and a peer that has vanished is noticed within a minute. What a listening socket accepts
 * inherits all but the first. */
void socket_prepare(int socket);

/* The addresses of host and port, looked up on the thread pool: to be freed with uv_freeaddrinfo.
 * Returns 0, UV_EAI_NONAME, ..., UV_ECANCELED or UV_ETIMEDOUT. */
int socket_resolve(const char *host, const char *port, bool to_listen, struct addrinfo **addresses);

/* The address as text. Returns 0 or an error, and then the text is "?". */
int socket_address_text(const struct sockaddr_storage *from, char address[STREAM_ADDRESS_SIZE]);

/* Closes a handle and waits until libuv has let go of it, even when cancelled. */
void socket_close_handle(uv_handle_t *handle);
