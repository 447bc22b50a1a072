/*
 * What the halves of a stream share: for stream*.c. Nobody else's.
 */
#pragma once

#include "common/stream.h"

/* Keeps what broke the connection, and returns it. */
int stream_broken(struct stream *stream, int error);

/* Polls for these events, and no others. Returns 0 or the error, which breaks the stream. */
int stream_poll(struct stream *stream, int events);

/* One that waits on a stream, as its reader or writer. */
struct stream_wait {
    struct task_wait wait;
    struct task_wait **place; /* the stream's reader or writer */
};

/* Waits at the place, which is free, until stream_wake. */
int stream_wait(struct task_wait **place, const char *what, void (*cancel)(struct task_wait *wait));

/* The usual cancel of it. */
void stream_cancel_wait(struct task_wait *wait);

/* Wakes who waits at the place, if somebody does. */
void stream_wake(struct task_wait **waiter, int result);

/* Sends as much of the output as the socket takes. */
void stream_send(struct stream *stream);

/* Does so, polls for the rest, and wakes the writer: the callback at the end of a pass. */
void stream_flush(void *stream);

/* Waits until no more than low_water bytes are pending. Returns 0 or what broke the stream. */
int stream_wait_for_output(
    struct stream *stream, size_t low_water, void (*cancel)(struct task_wait *wait));
