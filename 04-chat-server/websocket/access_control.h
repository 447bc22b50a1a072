/*
 * Who may come in: told by the socket alone when a connection is accepted, and by its handshake
 * before it becomes a WebSocket. Who may not is told why, in HTTP, and costs nothing afterwards.
 */
#pragma once

#include <libwebsockets.h>
#include <stdbool.h>
#include <stdint.h>

struct websocket_options;

/* All zero but for the limits is one that nobody has come through. */
struct websocket_door {
    long per_address;         /* connections that one address may have; 0: any number */
    const char *allow_origin; /* whose pages may connect, besides our own: "https://a.b,..." */
    bool is_local;            /* nobody but this computer is to reach the server */
    int highest;              /* descriptor that a client may have; the rest is for files */
    uint64_t said_full;       /* when, in uv_hrtime's nanoseconds; 0: not yet */
    void *addresses;          /* how many connections each has: a tree of <search.h> */
};

/* Raises the process' limit of open files as far as it may go, or lowers it to 65,536, and says on
 * stderr if that is few. Before libwebsockets starts, which makes its tables that large. */
void websocket_door_open(struct websocket_door *door, const struct websocket_options *options);

/* Lets a connected socket in to the vhost, or refuses it: 503 (no descriptors) or 429 (too many
 * from its address). The socket is not the caller's any more. */
void websocket_door_pass(struct websocket_door *door, struct lws_vhost *vhost, int socket);

/* For LWS_CALLBACK_WSI_DESTROY: who came through that door has left. */
void websocket_door_leave(struct websocket_door *door, struct lws *connection);

/* For LWS_CALLBACK_FILTER_HTTP_CONNECTION: 0 if the request may be answered, or -1 once it is
 * refused: 405 (neither GET nor HEAD) or 413 (it has a body). */
int websocket_door_ask(struct lws *connection);

/* For LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: 0 if the handshake may become a WebSocket, or -1 once it
 * is refused: 426 (not version 13) or 403 (a page from elsewhere). */
int websocket_door_check(struct websocket_door *door, struct lws *connection);
