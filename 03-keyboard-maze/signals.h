/*
 * Signals, told to the loop's thread (loop.add_signal_handler), for as long as they are wanted.
 */
#pragma once

#include "common/task.h"

#define SIGNALS_MOST 4

struct signals {
    uv_signal_t handles[SIGNALS_MOST];
    size_t open; /* handles that are not closed yet */
    void (*callback)(void *argument, int number);
    void *argument;
    struct future closed;
};

/* From here on, each of these signals calls callback(argument, number), between two tasks. Returns
 * 0, or libuv's error; signals_close is needed in either case. */
int signals_open(struct signals *signals, const int *numbers, size_t count,
    void (*callback)(void *argument, int number), void *argument);

/* Gives them their default effect again. Waits for libuv to let go of the handles. */
void signals_close(struct signals *signals);
