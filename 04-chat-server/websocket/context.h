/*
 * libwebsockets' context on the task's loop: its settings, and how it is closed.
 */
#pragma once

#include <libwebsockets.h>

#include "04-chat-server/websocket/websocket.h"

struct websocket_context {
    struct lws_context *lws;
    const void *owner;                      /* what libwebsockets' last handles point to */
    struct lws_vhost *vhost;                /* takes the accepted sockets */
    struct lws_protocol_vhost_options hsts; /* a header; libwebsockets points to it */
    char hsts_value[32];
};

/* Makes a context that does not listen. libwebsockets calls callback for every connection;
 * lws_context_user of its context returns user. Of the options, the context uses the
 * certificate, the key and the time for a handshake; their strings must outlive it. Returns 0 or
 * UV_ENOMEM, UV_ENOSYS, or UV_EINVAL (the certificate or the key); libwebsockets prints the reason
 * of the last two on stderr. */
int websocket_context_open(struct websocket_context *context, lws_callback_function *callback,
    void *user, const struct websocket_options *options);

/* Reserves the memory that libwebsockets needs to adopt a socket. If memory ran out half-way, the
 * connection could never be closed, and neither could the context. Returns 0 or UV_ENOMEM. */
int websocket_context_reserve(void);

/* Ends all connections, calls their callbacks, and waits until libwebsockets' handles are closed.
 * Call it in a shielded scope, because it leaves them open if it is cancelled. */
void websocket_context_close(struct websocket_context *context);
