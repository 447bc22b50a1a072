/*
 * Those to whom the same is said.
 *
 * What is said is encoded once, into a log that all share; at the end of the loop's pass each
 * member is written what is new to it, in one go. So a message costs each member a copy in the
 * kernel, not a system call of its own.
 *
 *              said by A      by B     by A        the end
 *     log      │ frame        │ frame  │ frame    │
 *     C        ├──────────────┴────────┴──────────┤ one write, straight from the log
 *     A                       ├────────┤            what A said itself is left out: a copy
 *
 * For websocket.h, which says how it is used.
 */
#pragma once

#include <sys/queue.h>

#include "04-chat-server/websocket/pace.h"
#include "common/buffer.h"
#include "common/loop.h"

struct websocket;
struct websocket_server;

/* All zero is an empty room. Its memory may go when the last member has left. */
struct websocket_room {
    struct websocket_server *server; /* that of its members; NULL: there are none */
    LIST_HEAD(, websocket) members;
    size_t count;                        /* of them */
    struct buffer log;                   /* the frames that have not left yet */
    LIST_ENTRY(websocket_room) speaking; /* among the server's rooms whose log is not empty */
    struct websocket_pace pace;
    struct loop_timer timer; /* while the log is held */
};

/* Adds the client to the room: it hears what is said from now on. Until it leaves, or is closed; in
 * one room at a time. Returns 0, or UV_EPIPE when the connection is closed. */
int websocket_room_enter(struct websocket_room *room, struct websocket *socket);

/* Takes the client out of its room, if it is in one. What was said before still reaches it. */
void websocket_room_leave(struct websocket *socket);

/* Sends a text message of valid UTF-8 to all members but one (or NULL). It leaves at the end of the
 * loop's pass; where messages come steadily, up to the server's delay later, with others. Returns 0
 * or UV_ENOMEM: nobody gets it. A member that leaves too much unread is disconnected. */
int websocket_room_send(
    struct websocket_room *room, struct websocket *except, const char *text, size_t size);

/* Reserves memory for a message of that size: the next websocket_room_send to the room, before
 * anything else happens, does not fail. So a message to two rooms reaches both or none. Returns 0
 * or UV_ENOMEM. */
int websocket_room_reserve(struct websocket_room *room, size_t size);
