/*
 * What a loop keeps: for loop.c and its parts, loop_*.c, and for task.c. Nobody else's.
 */
#pragma once

#include "common/loop.h"
#include "common/loop/timer_heap.h"

/* First in, first out. */
struct queue {
    struct loop_callback *first, *last;
};

/* What loop->data points to. */
struct loop_state {
    struct trace *trace;        /* the recording, or NULL; trace_of looks here */
    struct queue ready;         /* runs in the next pass */
    struct queue woken;         /* runs in this one */
    struct queue end_of_pass;   /* runs after what is ready */
    struct loop_callback *next; /* whose turn it is in the queue that runs now */
    struct timer_heap timers;
    struct owned_callback *owned; /* what call_soon and call_later allocated */
    struct loop_attachment *attachment;

    uv_prepare_t prepare; /* libuv is about to poll; only for the recording */
    uv_check_t check;     /* a pass begins when libuv has polled */
    uv_idle_t idle;       /* active while something is ready, so that libuv does not block */
    uv_timer_t alarm;     /* one for all timers, set to the earliest */
    uint64_t alarm_at;    /* 0: not set */
    uv_signal_t signals[2];
    size_t handles; /* that loop_close has to close */

    void (*on_signal)(void *argument);
    void *on_signal_argument;
    int signal_received;

    bool running;
    bool deferred; /* the end of this pass sets the alarm and the idle handle */
    bool clock_paused;
    bool closing;
    uint64_t paused_at;
    int error;           /* a callback that could not be scheduled */
    struct debug *debug; /* what LOOP_DEBUG asks for, or NULL */
    unsigned seed;       /* of the order in which what is ready runs; 0: first in, first out */
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

/* As trace_of. */
static inline struct trace *trace_in(const struct loop_state *state)
{
#ifdef TRACE_LEFT_OUT
    (void)state;
    return NULL;
#else
    return state->trace;
#endif
}

/* What libuv calls before it polls, if there is a recording, and after that. */
void loop_before_poll(uv_prepare_t *prepare);
void loop_run_pass(uv_check_t *check);

/* What LOOP_SEED says, or 0. */
unsigned loop_seed(void);

/* The callbacks of a list in another order, which the seed decides and which changes it. */
struct loop_callback *loop_shuffle(struct loop_callback *first, unsigned *seed);

/*
 * Whose turn is next: inline, since it is asked at each switch of tasks.
 */

static inline struct loop_callback *take_next(struct loop_state *state)
{
    struct loop_callback *callback = state->next;
    state->next = callback->next;
    /* What the next one begins with is fetched while this one runs: without that, a thousand tasks
     * that yield in turn take some 60 % longer (yield_1000 of make bench-runtime). */
    if (callback->next)
        __builtin_prefetch(callback->next->hot);
    callback->pending = false;
    return callback;
}

/* If the callback whose turn comes next is one of run's, takes it and returns its argument, else
 * NULL: whoever runs now does its work in the loop's place. */
static inline void *loop_take_next(const uv_loop_t *loop, void (*run)(void *argument))
{
    struct loop_state *state = state_of(loop);
    return state->next && state->next->run == run ? take_next(state)->argument : NULL;
}
