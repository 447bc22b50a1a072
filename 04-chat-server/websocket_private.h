/*
 * What websocket.c and websocket_connection.c (the two sides of a client), websocket_write.c and
 * websocket_room.c (what is sent), websocket_server.c (all of them) and websocket_http.c (who is
 * none) share. Nobody else's.
 */
#pragma once

#include <sys/queue.h>

#include "04-chat-server/websocket.h"
#include "04-chat-server/websocket_context.h"
#include "04-chat-server/websocket_door.h"
#include "04-chat-server/websocket_queue.h"
#include "common/buffer.h"
#include "common/stream.h"

struct websocket_server {
    struct websocket_options options;
    struct websocket_context context;
    struct websocket_door door;
    struct listener listeners[2]; /* "localhost" is two addresses */
    size_t listening;             /* how many of them are open */
    char address[STREAM_ADDRESS_SIZE];
    struct scope clients;        /* their tasks */
    struct websocket *connected; /* a list of all whose connection lasts */
    size_t count;                /* of them */
    struct websocket_counts counts;
    bool closing;
    struct future empty; /* set when the last one is gone, while closing */

    uv_loop_t *loop;
    struct loop_callback end_of_pass;     /* writes what was sent in it: */
    LIST_HEAD(, websocket) unsent;        /* these clients' backlogs, */
    LIST_HEAD(, websocket_room) speaking; /* what was said in these rooms */
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

    uint64_t alive_at; /* ms: when it last showed that it is there */
    bool asked;        /* by a ping since then */

    struct buffer backlog; /* frames that are to be written before what the room says */
    size_t handed;         /* at the most so many bytes wait in libwebsockets, if any do */
    size_t waiting;        /* of both, as the server's counts have it */
    LIST_ENTRY(websocket) unsent;
    bool is_unsent; /* the backlog is to be written at the end of this pass */

    struct websocket_room *room;
    LIST_ENTRY(websocket) member;
    size_t heard; /* from here on, what is in the room's log is new to it */

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

/* Ends the connection without a goodbye: the socket takes nothing. */
void websocket_cut(struct websocket *socket);

/* The same for who leaves too much unread. */
void websocket_cut_unread(struct websocket *socket);

/* Nothing more is said to the client: a goodbye has been, or will be, by libwebsockets. */
void websocket_fall_silent(struct websocket *socket);

/* From here on the connection has only so much time to end in. */
void websocket_limit_closing(struct websocket *socket);

/* Has the task look again, if it waits to receive. */
void websocket_wake(struct websocket *socket);

/* Frees the client once neither side needs it. */
void websocket_let_go(struct websocket *socket);

/*
 * websocket_write.c: all that is written to a client, but for its pongs
 */

/* How frames may be written: with 0, in libwebsockets' callback only, each by itself. */
#ifndef CHAT_WRITE_CLASSIC
#define WRITES_AT_ONCE 1
#else
#define WRITES_AT_ONCE 0
#endif

enum { FRAME_TEXT = 1, FRAME_CLOSE = 8, FRAME_PING = 9 }; /* opcodes of RFC 6455 */

/* Appends a frame as it goes on the wire: a whole message. Returns 0 or UV_ENOMEM. */
int websocket_append_frame(struct buffer *buffer, int opcode, const char *payload, size_t size);

/* Appends frames, or one of them, to the client's backlog. Returns 0, UV_ENOMEM, or UV_ENOBUFS:
 * there would be too much of it. */
int websocket_keep(struct websocket *socket, const char *frames, size_t size);
int websocket_keep_frame(struct websocket *socket, int opcode, const char *payload, size_t size);

/* Has the backlog written at the end of this pass. */
void websocket_write_soon(struct websocket *socket);

/* Nothing waits before the frames: they could be written as they are. */
bool websocket_is_clear(const struct websocket *socket);

/* Writes frames to a client that is clear; what the socket does not take, libwebsockets keeps. A
 * client that cannot be written to is cut. */
void websocket_write_frames(struct websocket *socket, char *frames, size_t size);

/* Writes the backlog, as far as the socket takes it, or has it written when it may be. */
void websocket_write_backlog(struct websocket *socket);

/* For the callback that says that the socket takes more: the same. Returns 0, or -1 for a
 * connection that has failed. */
int websocket_writable(struct websocket *socket);

/* Forgets the backlog. */
void websocket_drop_backlog(struct websocket *socket);

/*
 * websocket_room.c
 */

/* Moves what the client has not yet heard of its room to its backlog. One that has too
 * much there already is cut. */
void websocket_catch_up(struct websocket *socket);

/* Takes the client out of its room; what it has not yet heard, it will not. */
void websocket_room_forget(struct websocket *socket);

/* At the end of an iteration: writes what was said in the rooms, unless it waits for more. */
void websocket_rooms_write(struct websocket_server *server);

/*
 * websocket_server.c
 */

/* Has what was sent written at the end of this pass. */
void websocket_server_write_soon(struct websocket_server *server);

/* Among the connected, and out of them. */
void websocket_server_add(struct websocket_server *server, struct websocket *socket);
void websocket_server_remove(struct websocket_server *server, struct websocket *socket);

/*
 * websocket_pulse.c
 */

/* Something of the client has come. */
void websocket_heard_of(struct websocket *socket);

/* A task that pings who is silent and cuts who stays so, until cancelled; the argument is the
 * server. */
int websocket_feel_pulses(void *server);
