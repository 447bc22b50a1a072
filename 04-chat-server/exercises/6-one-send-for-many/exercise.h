#pragma once

#include "common/buffer.h"

#define MEMBERS 100

/* A room without messages is all zero except its members' sockets. */
struct room {
    int sockets[MEMBERS];
    struct buffer log; /* yours, if you want it */
    size_t sends;      /* how many times send() was called */
};

/* Sends a message to all members, at the latest in room_end_iteration. It has size bytes, any of
 * which may be a NUL. Returns 0 or an error, such as UV_ENOMEM. */
int room_send(struct room *room, const char *text, size_t size);

/* Called at the end of each iteration. All messages of the iteration are sent when it returns.
 * Returns 0 or an error; after an error, too, the next iteration sends only its own messages. */
int room_end_iteration(struct room *room);
