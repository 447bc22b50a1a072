/*
 * libwebsockets on our loop: what it is told at the start, and how it is taken down again.
 */
#pragma once

#include <libwebsockets.h>

#include "04-chat-server/websocket/websocket.h"

/* What is read of a connection at once, and so the largest piece of a message. Each connection has
 * a buffer of this size for as long as it lasts. */
#define WEBSOCKET_PIECE 512

struct websocket_context {
    struct lws_context *lws;
    struct lws_vhost *vhost;     /* where connections are handed over */
    struct lws_http_mount mount; /* the directory that is served; libwebsockets points to it */
};

/* Makes a context on the task's loop that listens nowhere. Every connection's callback is this
 * one, and lws_context_user of its context is user. Of the options, it is the directory, the
 * certificate, the key and the time for a handshake that count; the strings have to outlive the
 * context. Returns 0 or UV_ENOMEM, UV_ENOSYS, UV_EINVAL (the certificate or the key); in the latter
 * two cases libwebsockets has said on stderr what is wrong. */
int websocket_context_open(struct websocket_context *context, lws_callback_function *callback,
    void *user, const struct websocket_options *options);

/* Cuts all connections, telling each one's callback, and waits until libwebsockets' handles are
 * closed. In a shielded scope: cut short by a cancellation, it leaves them open. */
void websocket_context_close(struct websocket_context *context);
