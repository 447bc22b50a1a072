/*
 * The functions that the files of stream/ share. Private.
 */
#pragma once

#include "common/observe/misuse.h"
#include "common/stream.h"

/* Records the error that broke the connection, wakes all tasks that wait on the stream, and returns
 * the error. */
int stream_fail(struct stream *stream, int error);

/* Polls the socket for these events and no others. Returns 0, or the error, which breaks the
 * stream. */
int stream_poll(struct stream *stream, int events);

/* Waits until stream_wake_reader. No other task may be waiting for input. */
int stream_wait_for_input(struct stream *stream, const char *what);

/* Wakes the task that waits for input, if there is one. */
void stream_wake_reader(struct stream *stream);

/* Sends as much of the output as the socket accepts. */
void stream_send(struct stream *stream);

/* The stream's callback at the end of an iteration: sends the output, polls if some is left, and
 * wakes the tasks that drain. */
void stream_flush(void *stream);

/* Waits until no more than low_water bytes are pending. Any number of tasks may wait. Returns 0 or
 * the error that broke the stream. */
int stream_wait_for_output(
    struct stream *stream, size_t low_water, void (*cancel)(struct task_wait *wait));

/* The cancel function for stream_wait_for_output. Pass NULL for a wait that cannot be cancelled. */
void stream_cancel_drain(struct task_wait *wait);

/* The first task in stream_wait_for_output, or NULL. */
const struct task *stream_drainer(const struct stream *stream);
