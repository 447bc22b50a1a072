/*
 * What the files of a stream share. Private.
 */
#pragma once

#include "common/stream.h"

/* Records the error that broke the connection, and returns it. */
int stream_fail(struct stream *stream, int error);

/* Polls the socket for these events and no others. Returns 0, or the error, which breaks the
 * stream. */
int stream_poll(struct stream *stream, int events);

/* A task that waits on a stream, as its reader or writer. */
struct stream_wait {
    struct task_wait wait;
    struct task_wait **place; /* &stream->reader or &stream->writer */
};

/* Waits in this place until stream_wake. Another task may not be waiting there. */
int stream_wait(struct task_wait **place, const char *what, void (*cancel)(struct task_wait *wait));

/* Cancels a wait: the cancel function to pass to stream_wait. */
void stream_cancel_wait(struct task_wait *wait);

/* Wakes the task that waits in this place, if there is one. */
void stream_wake(struct task_wait **place, int result);

/* Sends as much of the output as the socket accepts. */
void stream_send(struct stream *stream);

/* The stream's callback at the end of an iteration: sends the output, polls if some is left, and
 * wakes the writer. */
void stream_flush(void *stream);

/* Waits until no more than low_water bytes are pending. Returns 0 or the error that broke the
 * stream. */
int stream_wait_for_output(
    struct stream *stream, size_t low_water, void (*cancel)(struct task_wait *wait));
