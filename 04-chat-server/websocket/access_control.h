/*
 * Access control: which connections the server accepts. It checks the client's address when it
 * accepts the socket, then the HTTP request, and then the handshake before the connection becomes a
 * WebSocket. Refused clients are told why, in HTTP, and their connection is closed.
 */
#pragma once

#include <libwebsockets.h>
#include <stdbool.h>
#include <stdint.h>

#include "04-chat-server/websocket/address.h"
#include "04-chat-server/websocket/linger.h"
#include "04-chat-server/websocket/origin.h"

struct refusal;
struct websocket_options;

struct websocket_access {
    long per_address; /* connections that one address may have; 0: any number */
    struct origins origins;
    bool has_tls;
    int max_descriptor;     /* the highest that a client may have; the rest is for files */
    uint64_t full_reported; /* when stderr last said so, in uv_hrtime's nanoseconds; 0: never */
    struct address_table addresses;
    struct lingering lingering; /* refused sockets, and those of answered requests */
};

/* Prepares access control for a server that listens at the address, "127.0.0.1:8765". Tasks of the
 * scope close refused sockets. */
void websocket_access_init(struct websocket_access *access, const struct websocket_options *options,
    const char *address, struct scope *tasks);

/* Hands an accepted socket to the vhost, or refuses it: 503 (out of descriptors) or 429 (too many
 * connections from its address). The caller no longer owns the socket. */
void websocket_admit(struct websocket_access *access, struct lws_vhost *vhost, int socket);

/* For LWS_CALLBACK_WSI_DESTROY: an admitted connection has ended. */
void websocket_forget_admitted(struct lws *connection);

/* Writes the answer to a request that is refused (request.h). Returns 0, or -1 if that fails. */
int websocket_write_refusal(struct lws *connection, const struct refusal *refusal);

/* The language of the client that sent this request. */
enum language websocket_language(struct lws *connection);
