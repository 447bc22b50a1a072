/*
 * What arrives from a client, on its way to libwebsockets.
 *
 * libwebsockets reads with recv and SSL_read. The program defines functions with these names itself
 * (incoming.c), which the dynamic linker prefers to those of the libraries. So each request is
 * checked and rewritten before libwebsockets parses it (request.h), and libwebsockets gets one
 * request at a time. Frames are checked as well (frames.h). While libwebsockets does not read, the
 * program's own uv_poll_start keeps libuv from reporting that it could.
 */
#pragma once

#include <stdbool.h>
#include <sys/queue.h>

#include "04-chat-server/websocket/request.h"
#include "common/buffer.h"

struct address;
struct websocket;

TAILQ_HEAD(ready_queue, incoming);

struct incoming {
    int socket;
    const struct origins *origins;
    bool is_answering;        /* libwebsockets has not finished with the request that it got last */
    bool has_ended;           /* the client sends no more frames */
    struct websocket *client; /* NULL: the client still sends requests, not frames */
    const struct refusal *refusal; /* of the request that libwebsockets got last; NULL: valid */
    struct request_scan scan;
    struct buffer head;        /* what has arrived of the next request's head */
    char *path;                /* of the handshake, until the client takes it; or NULL */
    struct buffer stored;      /* over TLS: what has arrived after that request, decrypted */
    struct address *address;   /* NULL: nothing is limited by address */
    struct ready_queue *queue; /* libwebsockets may read the next request; NULL: in no queue */
    TAILQ_ENTRY(incoming) queue_entry;
};

/* Starts checking what arrives at the socket; origins must outlive it. Returns NULL if out of
 * memory. */
struct incoming *incoming_open(int socket, const struct origins *origins);

void incoming_close(struct incoming *incoming);

/* Returns the connection of a socket, or NULL if it has ended. */
struct incoming *incoming_find(int socket);
