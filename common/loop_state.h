/*
 * What a loop keeps: for loop.c and loop_calls.c. Nobody else's.
 */
#pragma once

#include "common/loop.h"
#include "common/timer_heap.h"

/* First in, first out. */
struct queue {
    struct loop_callback *first, *last;
};

/* What loop->data points to. */
struct loop_state {
    struct queue ready;         /* runs in the next pass */
    struct queue woken;         /* runs in this one */
    struct queue end_of_pass;   /* runs after what is ready */
    struct loop_callback *next; /* whose turn it is in the queue that runs now */
    struct timer_heap timers;
    struct owned_callback *owned; /* what call_soon and call_later allocated */
    struct loop_attachment *attachment;

    uv_check_t check;  /* a pass begins when libuv has polled */
    uv_idle_t idle;    /* active while something is ready, so that libuv does not block */
    uv_timer_t alarm;  /* one for all timers, set to the earliest */
    uint64_t alarm_at; /* 0: not set */
    uv_signal_t signals[2];
    size_t handles; /* that loop_close has to close */

    void (*on_signal)(void *argument);
    void *on_signal_argument;
    int signal_received;

    bool in_pass; /* its end sets the alarm and the idle handle */
    bool clock_paused;
    bool closing;
    uint64_t paused_at;
    int error; /* a callback that could not be scheduled */
};

/* A callback with memory of its own, for callers that keep none. */
struct owned_callback {
    struct loop_callback callback;
    struct loop_timer timer;
    uv_loop_t *loop;
    void (*run)(void *argument);
    void *argument;
    struct owned_callback *next, **place; /* *place points to this one */
};

static inline struct loop_state *state_of(const uv_loop_t *loop)
{
    return loop->data;
}
