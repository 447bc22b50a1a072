/*
 * What the files of this folder share. Private: other folders include only websocket.h.
 *
 * The files in layers, each of which calls only those below it:
 *
 *     server.c                   listening, accepting, shutting down
 *     connection.c, keepalive.c  what libwebsockets reports; pings
 *     http.c                     HTTP requests and their answers
 *     websocket.c                the calls for a client's task: receive, send, close
 *     room.c                     one message for many clients
 *     closing.c                  how a connection ends
 *     write.c                    frames, and a client's pending output
 *     queue.c, context.c
 *     access_control.c           which sockets and requests the server takes
 *     linger.c                   closing a socket after a last answer
 *     address.c, rate.c          the limits for each address
 *     incoming.c                 what arrives, before libwebsockets reads it:
 *     frames.c                   frames; it calls write.c and closing.c
 *     request.c, request_parse.c HTTP requests,
 *     origin.c                   which pages may send them,
 *     refusal.c                  and how they are refused
 *     files.c                    the directory's files
 */
#pragma once

#include <sys/queue.h>

#include "04-chat-server/websocket/access_control.h"
#include "04-chat-server/websocket/context.h"
#include "04-chat-server/websocket/files.h"
#include "04-chat-server/websocket/frames.h"
#include "04-chat-server/websocket/incoming.h"
#include "04-chat-server/websocket/queue.h"
#include "04-chat-server/websocket/websocket.h"
#include "common/buffer.h"
#include "common/stream.h"

struct websocket_server {
    struct websocket_options options;
    struct websocket_context context;
    struct websocket_access access;
    struct listener listeners[2]; /* "localhost" is two addresses */
    size_t listening;             /* how many listeners are open */
    char address[STREAM_ADDRESS_SIZE];
    struct scope clients; /* their tasks */
    LIST_HEAD(, websocket) connected;
    size_t count; /* of the connected clients */
    struct websocket_counts counts;
    unsigned long long deliveries_before; /* counts.deliveries a few seconds ago */
    bool was_busy;                        /* much has been sent since memory was given back */
    bool closing;
    struct future empty; /* while closing: set when the last connection has ended */

    uv_loop_t *loop;
    struct loop_callback end_of_iteration; /* flushes these lists: */
    LIST_HEAD(, websocket) pending;        /* clients with output of their own */
    LIST_HEAD(, websocket_room) pending_rooms;
    struct ready_queue ready; /* connections that may read their next request */
};

/*
 * A client. It has two users: libwebsockets, whose callbacks get it until the connection has ended,
 * and the task that serves it. Either may finish first. If the connection ends first, the struct
 * stays until the task has ended: receiving returns 0, sending UV_EPIPE. If the task ends first,
 * the struct stays until the pending output is sent and the connection has ended. The last user
 * frees it (websocket_release).
 */
struct websocket {
    struct websocket_server *server;
    LIST_ENTRY(websocket) connected_entry;
    struct lws *connection; /* NULL: it has ended */
    bool served;            /* the task has not ended */
    bool has_subprotocol;
    bool is_corked; /* what was written waits for the end of the iteration */

    int status;      /* the status that the connection is being closed with, or 0 */
    bool close_sent; /* nothing may be written any more */

    struct frame_reader reader;
    struct message *arriving;   /* the message whose last part has not arrived yet, or NULL */
    struct message_queue input; /* messages that wait to be received */
    struct message *received;   /* returned by the last websocket_receive */
    struct task_wait *receiver;
    bool paused; /* too many messages wait: nothing is read */

    uint64_t active_at; /* ms: when the client was last known to be there */
    bool pinged;        /* since then */

    struct buffer output; /* pending frames; they are written before those of the room */
    size_t buffered;      /* bytes in libwebsockets' own buffer, at most, if it is not empty */
    size_t counted;       /* bytes of both that the server's counts include */
    bool is_pending;      /* in the server's list: */
    LIST_ENTRY(websocket) pending_entry;

    struct websocket_room *room; /* NULL: none */
    LIST_ENTRY(websocket) member_entry;
    size_t cursor; /* from here on, the room's log is new to the client */

    struct address *address; /* NULL: nothing is limited by address */
    char *path, *accept_language;
    char *query; /* NULL: none */
    char peer[STREAM_ADDRESS_SIZE];
};

/* Whether the closing handshake is complete. */
static inline bool websocket_is_finished(const struct websocket *socket)
{
    return socket->close_sent && socket->reader.peer_closed;
}

/* Whether messages can still be queued for the client. */
static inline bool websocket_is_open(const struct websocket *socket)
{
    return socket->connection && !socket->status && !socket->close_sent;
}

/*
 * write.c
 */

/* With 0, frames are written one by one, and only in libwebsockets' callback. */
#ifndef CHAT_WRITE_CLASSIC
#define WRITES_AT_ONCE 1
#else
#define WRITES_AT_ONCE 0
#endif

/* While a socket is corked, the kernel collects what is written to it: the answer to the handshake
 * leaves together with the task's first messages. That saves half of what accepting a client costs
 * the kernel in sending. */
void websocket_cork(int socket, bool corked);

/* Appends a whole message, encoded as one frame. Returns 0 or UV_ENOMEM. */
int websocket_append_frame(struct buffer *buffer, int opcode, const char *payload, size_t size);

/* Append frames, or one frame, to the client's output. Return 0, UV_ENOMEM, or UV_ENOBUFS if too
 * much would be pending. */
int websocket_enqueue(struct websocket *socket, const char *frames, size_t size);
int websocket_enqueue_frame(struct websocket *socket, int opcode, const char *payload, size_t size);

/* Flushes the client's output, or what the server's rooms and clients have pending, at the end of
 * this iteration. */
void websocket_schedule_flush(struct websocket *socket);
void websocket_server_schedule_flush(struct websocket_server *server);

/* Whether frames can be written now, because nothing is pending before them. */
bool websocket_can_write(const struct websocket *socket);

/* Writes frames to a client for which websocket_can_write is true; libwebsockets buffers what the
 * kernel does not take. Returns 0, or UV_EPIPE if the connection has failed. */
int websocket_write_frames(struct websocket *socket, char *frames, size_t size);

/* Writes the client's output as far as the kernel takes it, now or when libwebsockets allows it.
 * Returns 0, or UV_EPIPE if the connection has failed. */
int websocket_flush(struct websocket *socket);

/* For LWS_CALLBACK_SERVER_WRITEABLE: writes the client's output as far as the kernel takes it.
 * Returns 0, or UV_EPIPE if the connection has failed. */
int websocket_write_output(struct websocket *socket);

/* Drops the client's output. Nothing is written from then on. */
void websocket_discard_output(struct websocket *socket);

/*
 * closing.c
 */

/* Makes the client's task check its state again if it waits in websocket_receive. */
void websocket_wake(struct websocket *socket);

/* Reads from the client again. */
void websocket_resume_reading(struct websocket *socket);

/* Queues the close frame. Then the connection waits only for the peer's close frame, for a limited
 * time. */
void websocket_start_closing(struct websocket *socket, int status);

/* Ends the connection at once, without a close frame. */
void websocket_abort(struct websocket *socket);

/* Ends the connection because messages were lost: writing or queueing them has failed with this
 * error. For UV_ENOMEM, the client gets the status 1011. */
void websocket_fail(struct websocket *socket, int error);

/* Frees the client if neither the connection nor the task uses it any more. */
void websocket_release(struct websocket *socket);

/*
 * room.c
 */

/* Moves the part of the room's log that is new to the client to its output. */
void websocket_flush_to_queue(struct websocket *socket);

/* Takes the client out of its room, and drops the part of the log that is new to it. */
void websocket_room_remove(struct websocket *socket);

/* At the end of an iteration: writes the rooms' logs to their members, unless they wait for more.
 */
void websocket_rooms_flush(struct websocket_server *server);

/*
 * http.c
 */

/* At the end of an iteration: lets libwebsockets read the next request of a connection. */
void websocket_read_next(struct websocket_server *server);

/* For LWS_CALLBACK_HTTP_BIND_PROTOCOL: libwebsockets has a new connection, is about to report a
 * request, or has answered one. */
void websocket_on_ready(struct websocket_server *server, struct lws *connection);

/* For LWS_CALLBACK_HTTP: answers a request. Returns -1 to end the connection. */
int websocket_on_http(
    const struct websocket_server *server, struct lws *connection, const char *path);

/* For LWS_CALLBACK_CLOSED_HTTP: libwebsockets is about to close the socket. If the server has
 * answered a request, the socket lingers. */
void websocket_on_http_closed(struct websocket_server *server, struct lws *connection);

/*
 * connection.c
 */

/* At the end of an iteration: stops reading from a client if too many of its messages wait. */
void websocket_pause_if_full(struct websocket *socket);

/* libwebsockets calls it for every event of a connection. It stores what has arrived and wakes the
 * task, but never runs it. */
int websocket_callback(
    struct lws *connection, enum lws_callback_reasons reason, void *user, void *in, size_t size);

/*
 * keepalive.c
 */

/* Notes that the client has sent something, so it is still there. */
void websocket_note_activity(struct websocket *socket);

/* A task that pings silent clients and disconnects those that do not answer, until it is cancelled.
 * The argument is the server. */
int websocket_keepalive_run(void *server);
