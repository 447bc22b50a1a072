#pragma once

#include "common/buffer.h"

#define MEMBERS 100

/* Those who hear the same, by their sockets. Without a message it is all zero but for them. */
struct room {
    int sockets[MEMBERS];
    struct buffer log; /* yours, if you want it */
    size_t sends;      /* how many times send() was called */
};

/* A message to all. Returns 0 or an error. It need not be sent before room_end_iteration. */
int room_send(struct room *room, const char *text, size_t size);

/* Called when all that could run in this iteration has run: whatever was said is sent by then.
 * Returns 0 or an error. */
int room_end_iteration(struct room *room);
