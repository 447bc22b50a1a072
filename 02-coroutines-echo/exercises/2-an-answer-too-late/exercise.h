/* What the test asks the exercise for, and the other way round. */
#pragma once

#include "common/stream.h"

/* Where the question of a peer lies while it is worked on, and then its answer. A server has a few
 * desks. When a peer has gone, its desk is given to the next. */
struct desk {
    char question[64];
    char answer[64];
};

/* Reads a question from the peer, has it answered on the thread pool, and writes the answer. A peer
 * that goes meanwhile is not waited for: returns UV_EOF then, else 0 or an error. */
int serve(struct stream *stream, struct desk *desk);

/* The test's: takes its time, and blocks the thread that calls it. answer has 64 bytes. */
void think(const char *question, char *answer);
