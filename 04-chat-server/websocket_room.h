/*
 * Those to whom the same is said.
 *
 * What is said is encoded once, into a log that all share; later each member is written what is new
 * to it, in one go. So a message costs each member a copy in the kernel, not a system call of its
 * own.
 *
 * The log is written at the end of an iteration of the loop: once enough in a row have brought the
 * room no message, and at the latest 2 ms after the first one. So messages leave together while the
 * server is busy, and none waits for a timer. For fewer than eight members it is written at the
 * end of the iteration in which the message was said.
 *
 *              said by A      by B     by A        the end
 *     log      │ frame        │ frame  │ frame    │
 *     C        ├──────────────┴────────┴──────────┤ one write, straight from the log
 *     A                       ├────────┤            what A said itself is left out: a copy
 *
 * For websocket.h, which says how it is used.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "common/buffer.h"

struct websocket;
struct websocket_server;

/* All zero is an empty room. Its memory may go when the last member has left. */
struct websocket_room {
    struct websocket_server *server; /* that of its members; NULL: there are none */
    LIST_HEAD(, websocket) members;
    size_t count;                        /* of them */
    struct buffer log;                   /* the frames that have not left yet */
    LIST_ENTRY(websocket_room) speaking; /* among the server's rooms whose log is not empty */
    uint64_t pending_since;              /* ms: when the log's first message was said */
    bool has_new;                        /* something was said since the last iteration ended */
    size_t quiet_iterations;             /* in a row, in which nothing was said */
};

/* Adds the client to the room: it hears what is said from now on. Until it leaves, or is closed; in
 * one room at a time. Returns 0, or UV_EPIPE when the connection is closed. */
int websocket_room_enter(struct websocket_room *room, struct websocket *socket);

/* Takes the client out of its room, if it is in one. What was said before still reaches it. */
void websocket_room_leave(struct websocket *socket);

/* Sends a text message of valid UTF-8 to all members but one (or NULL). It leaves once no more
 * come, and 2 ms later at the latest. Returns 0 or UV_ENOMEM: nobody gets it. A member that leaves
 * too much unread is disconnected. */
int websocket_room_send(
    struct websocket_room *room, struct websocket *except, const char *text, size_t size);
