#pragma once

#include "common/buffer.h"

#define MEMBERS 100

/* A room without messages is all zero except its members' sockets. */
struct room {
    int sockets[MEMBERS];
    struct buffer log; /* yours, if you want it */
    size_t sends;      /* how many times send() was called */
};

/* Sends a message to all members, at the latest in room_end_iteration. Returns 0 or an error. */
int room_send(struct room *room, const char *text, size_t size);

/* Called at the end of each iteration. All messages of the iteration are sent when it returns.
 * Returns 0 or an error. */
int room_end_iteration(struct room *room);
