/*
 * WebSocket for tasks: libwebsockets' callbacks turned into calls that wait. It answers to Python's
 * websockets.serve, recv and send.
 *
 *     static int hello(struct websocket *socket, void *unused)
 *     {
 *         char *name;
 *         if (websocket_receive(socket, &name) > 0)
 *             websocket_send_format(socket, "Hello %s!", name);
 *         return 0;
 *     }
 *
 * libwebsockets runs on the same libuv loop; nothing but websocket*.c knows it.
 */
#pragma once

#include <stdarg.h>
#include <sys/types.h>

#include "04-chat-server/websocket_room.h"
#include "common/task.h"

#define WEBSOCKET_MESSAGE_LIMIT                                                                    \
    (64 * 1024) /* bytes of the longest message, unless told otherwise */

struct websocket_server;
struct websocket;

struct websocket_options {
    const char *host;      /* "localhost": both 127.0.0.1 and ::1 */
    const char *port;      /* "0" picks a free one, the same for both addresses */
    const char *directory; /* what is served over HTTP: its index.html at /; NULL: nothing */
    const char
        *certificate; /* PEM files: with them it is wss and https, and nothing else; both or */
    const char *key;  /* neither. The certificate's may hold those that vouch for it, too */
    /* A client's task. When it returns, what is queued is sent and the connection is closed. */
    int (*serve)(struct websocket *socket, void *argument);
    /* Answers GET for a path that no file has: 0, *body (which is freed) and its type (text/plain,
     * ...), or UV_ENOENT, or another error. NULL: nothing is answered. */
    int (*answer)(const char *path, char **body, const char **type, void *argument);
    void *argument;   /* of both */
    long max_message; /* bytes of the longest message that is taken (1009); 0: the usual limit */
    long per_address; /* connections that one address may have (HTTP 429); 0: any number. Of IPv6,
                         64 bits are the address */
    const char *allow_origin; /* whose pages may connect besides our own (HTTP 403): origins with
                                 commas between, "*" for all; NULL: nobody's */
    long handshake;           /* seconds in which a connection has to say what it wants; 0: 10 */
    long unread; /* bytes that may wait for all clients together; beyond it, who has more than its
                    part of them is cut. 0: 128 MB */
};

/* What has come and gone since the start, and what waits now. */
struct websocket_counts {
    unsigned long long messages;   /* whole ones that came, the empty ones left out */
    unsigned long long deliveries; /* messages queued for a client, each counted for each of them */
    unsigned long long unread;     /* clients cut because they left too much unread */
    unsigned long long silent;     /* clients cut because they gave no sign of life */
    size_t waiting;                /* bytes that wait for clients to read */
};

/* Starts listening (websockets.serve). From inside a task, which is also to serve and to close.
 * Returns 0 and *server, or UV_EADDRINUSE, ...; UV_EINVAL if the certificate or the key is of no
 * use: why, libwebsockets has said on stderr. */
int websocket_listen(struct websocket_server **server, const struct websocket_options *options);

/* Where it listens, "127.0.0.1:8765": the first of its addresses. */
const char *websocket_server_address(const struct websocket_server *server);

struct websocket_counts websocket_server_counts(const struct websocket_server *server);

/* Takes clients until cancelled; returns the reason. */
int websocket_serve(struct websocket_server *server);

/* Closes all connections with 1001 (going away), once their queues are sent or two seconds have
 * passed, waits for their tasks, and frees the server. NULL is left as it is. */
void websocket_server_close(struct websocket_server *server);

/* Waits for the next whole message (recv). Returns its length and *text, valid until the next call,
 * NUL-terminated, or 0 when the connection is closed, or UV_ECANCELED. Empty messages are passed
 * over, binary ones are taken as text. */
ssize_t websocket_receive(struct websocket *socket, char **text);

/* Queues a text message of valid UTF-8 (send): it leaves at the end of the loop's pass. Never
 * waits; whole and in order, after what its room has said before. Returns 0, UV_ENOMEM, UV_EPIPE
 * when the connection is closed, or UV_ENOBUFS when the client leaves too much unread: it is then
 * disconnected. */
int websocket_send(struct websocket *socket, const char *text, size_t size);

/* websocket_send of a text as printf makes it. */
int websocket_send_format(struct websocket *socket, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same as vprintf makes it. */
int websocket_send_arguments(struct websocket *socket, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

#define WEBSOCKET_POLICY 1008 /* the status for who did what is not done here */

/* Takes no more messages from the client, sends what is queued, and closes the connection with this
 * status. One that is being closed already keeps its status. */
void websocket_close(struct websocket *socket, int status);

/* The Accept-Language header of the handshake, "" if there was none. */
const char *websocket_accept_language(const struct websocket *socket);

/* The path that the client asked for, "/" at the least; decoded, and so perhaps not UTF-8. */
const char *websocket_path(const struct websocket *socket);

/* The client's address, "127.0.0.1:50000". */
const char *websocket_peer(const struct websocket *socket);
