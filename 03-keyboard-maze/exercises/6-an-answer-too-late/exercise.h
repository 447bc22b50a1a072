/* Shared by the exercise and its test. */
#pragma once

#include "common/stream.h"

/* Holds a peer's question while the server works on it, and then the answer. A server has a few
 * desks. When a peer has left, the next peer gets its desk. */
struct desk {
    char question[64];
    char answer[64];
};

/* Reads a question from the peer, computes the answer on the thread pool, and writes it. Returns 0,
 * an error, or UV_EOF as soon as the peer leaves. */
int serve(struct stream *stream, struct desk *desk);

/* Part of the test: writes the answer, of up to 64 bytes with its NUL. Blocks the calling thread
 * for a while. */
void think(const char *question, char *answer);
