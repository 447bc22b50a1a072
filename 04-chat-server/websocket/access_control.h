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

struct websocket_options;

struct websocket_access {
    long per_address;         /* connections that one address may have; 0: any number */
    const char *allow_origin; /* other sites whose pages may connect: "https://a.b,..." */
    bool is_local;            /* the server listens at a loopback address */
    bool has_tls;
    int max_descriptor;     /* the highest that a client may have; the rest is for files */
    uint64_t full_reported; /* when stderr last said so, in uv_hrtime's nanoseconds; 0: never */
    struct address_table addresses;
};

/* Prepares access control for a server that listens at the address, "127.0.0.1:8765". */
void websocket_access_init(
    struct websocket_access *access, const struct websocket_options *options, const char *address);

/* Whether "HOST:PORT" names this computer: localhost, 127.0.0.0/8 or [::1]. No name server can give
 * such a name to another computer. */
bool websocket_is_loopback(const char *text);

/* Hands an accepted socket to the vhost, or refuses it: 503 (out of descriptors) or 429 (too many
 * connections from its address). The caller no longer owns the socket. */
void websocket_admit(struct websocket_access *access, struct lws_vhost *vhost, int socket);

/* For LWS_CALLBACK_WSI_DESTROY: an admitted connection has ended. */
void websocket_forget_admitted(struct lws *connection);

/* For LWS_CALLBACK_FILTER_HTTP_CONNECTION: returns 0 if the request may be answered, or -1 after
 * refusing it (request.h). */
int websocket_check_request(struct lws *connection);

/* For LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: returns 0 if the connection may become a WebSocket, or -1
 * after refusing it: 403 (a page of another site). */
int websocket_check_upgrade(struct websocket_access *access, struct lws *connection);

/* The language of the client that sent this request. */
enum language websocket_language(struct lws *connection);
