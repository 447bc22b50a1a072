/*
 * WebSocket for tasks: calls that wait, in place of libwebsockets' callbacks. They correspond to
 * Python's websockets.serve, recv and send.
 *
 *     static int hello(struct websocket *socket, void *unused)
 *     {
 *         char *name;
 *         if (websocket_receive(socket, &name) > 0)
 *             websocket_send_format(socket, "Hello %s!", name);
 *         return 0;
 *     }
 *
 * libwebsockets runs on the task's libuv loop; only the files in this folder use it.
 */
#pragma once

#include <stdarg.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "04-chat-server/websocket/address.h"
#include "common/buffer.h"
#include "common/task.h"

#define WEBSOCKET_MESSAGE_LIMIT (64 * 1024) /* bytes of the longest message, by default */
#define WEBSOCKET_NORMAL 1000               /* the closing status of a normal end */
#define WEBSOCKET_POLICY 1008 /* the closing status for clients that break the server's rules */
#define WEBSOCKET_SUBPROTOCOL "lines.chat" /* the one that clients may ask for */

struct websocket_server;
struct websocket;

/*
 * The server
 */

struct websocket_request {
    const char *path;
    const char *peer; /* the client's address, "127.0.0.1" or "::1" */
    bool is_local;    /* the client is on this computer, and has asked for "localhost" or a similar
                         name. It is false for a client behind a proxy, and for a page of a site
                         whose name resolves to this computer */
};

struct websocket_options {
    const char *host;      /* "localhost": both 127.0.0.1 and ::1 */
    const char *port;      /* "0" picks a free one, the same for both addresses */
    const char *directory; /* its files are served over HTTP, index.html at /; NULL: no files */
    /* PEM files. With both, the server speaks wss and https only; with neither, ws and http. The
     * certificate's file may also hold the certificates of its issuers. */
    const char *certificate;
    const char *key;
    /* A client's task. When it returns, the queued messages are sent and the connection is closed.
     */
    int (*serve)(struct websocket *socket, void *argument);
    /* Answers a GET request for a path without a file: returns 0 or UV_EAGAIN (503), both with
     * *body (the server frees it) and its *type ("text/plain", ...), or UV_ENOENT, UV_EACCES, or
     * another error. NULL: all are answered 404. */
    int (*answer)(
        const struct websocket_request *request, char **body, const char **type, void *argument);
    void *argument;   /* for serve and answer */
    long max_message; /* bytes of the longest message accepted (else 1009); 0: the default */
    long per_address; /* connections that one address may have (else HTTP 429); 0: any number, and
                         no other limit by address. IPv6 addresses with the same first 64 bits count
                         as one address. All with the same first 48 bits together may have four
                         times as many connections */
    const char *allow_origin; /* other sites whose pages may connect (else HTTP 403): origins
                                 separated by commas, "*" for all; NULL: none */
    long hsts; /* with a certificate: seconds for which browsers use https only; 0: no header */
    long handshake; /* seconds that a connection has to send its request; 0: 10 */
    long unread;    /* bytes that may be pending for all clients together; the clients of one
                       address may have an eighth of that. Above either limit, clients that have
                       more than an equal share pending are disconnected. 0: 128 MB */
};

/* Totals since the start, and what is pending now. */
struct websocket_counts {
    unsigned long long messages;   /* received, without the empty ones */
    unsigned long long deliveries; /* messages queued; a message to a room counts once per member */
    unsigned long long unread;     /* clients disconnected because they left too much unread */
    unsigned long long silent;     /* clients disconnected because they did not answer a ping */
    size_t waiting;                /* bytes pending for all clients */
};

/* Starts listening (websockets.serve). Call it, websocket_serve and websocket_server_close in a
 * task. Returns 0 and *server, or UV_EADDRINUSE, ..., or UV_EINVAL if libwebsockets cannot use the
 * certificate or the key: it prints the reason on stderr. */
int websocket_listen(struct websocket_server **server, const struct websocket_options *options);

/* The first address that it listens at, "127.0.0.1:8765". */
const char *websocket_server_address(const struct websocket_server *server);

struct websocket_counts websocket_server_counts(const struct websocket_server *server);

/* Whether the list, separated by commas and spaces, contains the entry; "*" stands for any. */
bool websocket_is_listed(const char *list, const char *entry);

/* Serves clients until the task is cancelled; returns the reason. */
int websocket_serve(struct websocket_server *server);

/* Closes all connections with status 1001 (going away), waits up to two seconds for queued messages
 * to be sent, waits for the clients' tasks, and frees the server. Does nothing if it is NULL. */
void websocket_server_close(struct websocket_server *server);

/*
 * A client
 */

/* Waits for the next message (recv). Returns its length and *text, which is NUL-terminated and
 * valid until the next call; or 0 when the connection is closed, or UV_ECANCELED. Skips empty
 * messages and returns binary ones as text. */
ssize_t websocket_receive(struct websocket *socket, char **text);

/* Queues a text message of valid UTF-8 (send); it is sent at the end of the loop's iteration. Never
 * waits. Messages keep their order, also relative to earlier messages to the client's room. Returns
 * 0, UV_ENOMEM, UV_EPIPE if the connection is closed, or UV_ENOBUFS if the client has left too much
 * unread: then it is disconnected. */
int websocket_send(struct websocket *socket, const char *text, size_t size);

/* websocket_send, printf-style. */
int websocket_send_format(struct websocket *socket, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* websocket_send, vprintf-style. */
int websocket_send_arguments(struct websocket *socket, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/* Stops receiving, sends the queued messages, and closes the connection with this status. Does
 * nothing if the connection is already closing. */
void websocket_close(struct websocket *socket, int status);

/* The handshake's Accept-Language header, or "". */
const char *websocket_accept_language(const struct websocket *socket);

/* The path of the handshake's request, at least "/". It is percent-decoded and otherwise unchanged,
 * so it may be invalid UTF-8, and contain "//" or "/../". */
const char *websocket_path(const struct websocket *socket);

/* What follows the "?" in that request, or "". */
const char *websocket_query(const struct websocket *socket);

/* Whether the client has asked for the subprotocol WEBSOCKET_SUBPROTOCOL. If so, the server has
 * agreed to it; the program decides what it means. */
bool websocket_has_subprotocol(const struct websocket *socket);

/* Whether the connection has ended. What had arrived before can still be received. */
bool websocket_has_ended(const struct websocket *socket);

/* The client's address, "127.0.0.1:50000". */
const char *websocket_peer(const struct websocket *socket);

/* The limits that the client shares with all others of its address; NULL with per_address 0. They
 * stay valid as long as the client does. */
struct address *websocket_address(const struct websocket *socket);

/*
 * A room: clients that receive the same messages
 */

/*
 * A message to a room is encoded once, into a log that the members share. Later each member is sent
 * the part of the log that is new to it, in one write. So a message costs a copy in the kernel for
 * each member, but no system call of its own.
 *
 * The log is sent at the end of an iteration of the loop: after some iterations in a row without a
 * message to the room, or 2 ms after the log's first message. So messages leave together while the
 * server is busy, and none waits for a timer. A room of fewer than eight members sends at the
 * end of each iteration.
 *
 *              sent by A      by B     by A        the end
 *     log      │ frame        │ frame  │ frame    │
 *     C        ├──────────────┴────────┴──────────┤ one write, straight from the log
 *     A                       ├────────┤            a copy, without A's own messages
 *
 * All zero is an empty room. Its memory may be freed after the last member has left.
 */
struct websocket_room {
    struct websocket_server *server; /* the members' server; NULL: the room is empty */
    LIST_HEAD(, websocket) members;
    size_t count;                             /* of the members */
    struct buffer log;                        /* the frames that are pending */
    LIST_ENTRY(websocket_room) pending_entry; /* in the server's list, unless the log is empty */
    uint64_t pending_since;                   /* ms: when the log's first message was sent */
    bool has_new;                             /* messages were sent in this iteration */
    size_t quiet_iterations;                  /* in a row, without a message */
};

/* Adds the client to the room. It receives what is sent from now on, until it leaves or its
 * connection is closed. A client is in one room at a time. Returns 0, or UV_EPIPE if the connection
 * is closed. */
int websocket_room_enter(struct websocket_room *room, struct websocket *socket);

/* Takes the client out of its room, if it is in one. It still receives what was sent before. */
void websocket_room_leave(struct websocket *socket);

/* Sends a text message of valid UTF-8 to all members except one (NULL: to all). It is sent when no
 * more messages come, at most 2 ms later. Returns 0, or UV_ENOMEM: then no member receives it.
 * Members that have left too much unread are disconnected. */
int websocket_room_send(
    struct websocket_room *room, struct websocket *except, const char *text, size_t size);

/* Reserves memory for a message of size bytes: a websocket_room_send to the room that follows at
 * once cannot fail. So a message to two rooms reaches both or none. Returns 0 or UV_ENOMEM. */
int websocket_room_reserve(struct websocket_room *room, size_t size);
