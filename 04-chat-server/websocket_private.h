/*
 * What websocket.c and websocket_connection.c (the two sides of a client), websocket_server.c (all
 * of them) and websocket_http.c (who is none) share. Nobody else's.
 */
#pragma once

#include "04-chat-server/websocket.h"
#include "04-chat-server/websocket_context.h"
#include "04-chat-server/websocket_queue.h"
#include "common/stream.h"

struct websocket_server {
    struct websocket_options options;
    struct websocket_context context;
    struct listener listeners[2]; /* "localhost" is two addresses */
    size_t listening;             /* how many of them are open */
    char address[STREAM_ADDRESS_SIZE];
    struct scope clients;        /* their tasks */
    struct websocket *connected; /* a list of all whose connection lasts */
    struct websocket_counts counts;
    bool closing;
    struct future empty; /* set when the last one is gone, while closing */
};

/*
 * Two sides know a client: libwebsockets, whose connection calls back with it until it is closed,
 * and the task that serves it. Either may go first: a client that vanishes while its task is busy
 * keeps its struct websocket until the task ends (receive returns 0, send UV_EPIPE); a task that
 * ends leaves it to the connection, which still has its queue to send. The last one frees it.
 */
struct websocket {
    struct websocket_server *server;
    struct websocket *previous, *next; /* among the connected */
    struct lws *connection;            /* NULL: it is closed */
    bool served;                       /* the task has not ended */

    int status;        /* what the connection is to be closed with, or 0 */
    bool said_goodbye; /* nothing may be written any more */

    struct message *arriving;   /* the message of which pieces are still to come, or NULL */
    struct message_queue input; /* whole ones, not yet received */
    struct message *received;   /* what the last receive returned */
    struct task_wait *receiver;
    bool paused; /* too many wait: nothing is read */

    struct message_queue output;

    char *path, *accept_language;
    char peer[STREAM_ADDRESS_SIZE];
};

/* libwebsockets' callback for every connection. It stores what came and wakes the task; it never
 * runs it. */
int websocket_callback(
    struct lws *connection, enum lws_callback_reasons reason, void *user, void *in, size_t size);

/* Answers a request that is for no file and no WebSocket; returns what the callback is to return.
 */
int websocket_answer(struct lws *connection, const char *path);

/* Takes no more messages from the client, sends what is queued, and closes the connection with this
 * status. One that is being closed already keeps its status. */
void websocket_close(struct websocket *socket, int status);

/* From here on the connection has only so much time to end in. */
void websocket_limit_closing(struct websocket *socket);

/* Has the task look again, if it waits to receive. */
void websocket_wake(struct websocket *socket);

/* Frees the client once neither side needs it. */
void websocket_let_go(struct websocket *socket);

/* Among the connected, and out of them. */
void websocket_server_add(struct websocket_server *server, struct websocket *socket);
void websocket_server_remove(struct websocket_server *server, struct websocket *socket);
