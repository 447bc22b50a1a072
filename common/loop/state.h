/*
 * What a loop keeps. Private to loop/, task/ and observe/.
 *
 * Lists are those of <sys/queue.h>, as everywhere in the project: LIST removes any element, STAILQ
 * appends at the end and takes from the front, TAILQ does both. The links lie in the elements, so
 * adding one needs no memory and cannot fail. The manual is queue(7), on BSD queue(3).
 */
#pragma once

#include <sys/queue.h>

#include "common/loop.h"
#include "common/loop/timer_heap.h"

STAILQ_HEAD(callback_queue, loop_callback);

/* What loop_call_soon_threadsafe gives to the loop's thread. */
STAILQ_HEAD(call_queue, threadsafe_call);
struct threadsafe_calls {
    uv_async_t async;
    uv_mutex_t lock;
    struct call_queue queue;
};

/* loop->data points to it. */
struct loop_state {
    struct observer *observer;              /* what watches the loop, or NULL; see trace.h */
    struct callback_queue ready;            /* runs in the next iteration */
    struct callback_queue woken;            /* runs in this one */
    struct callback_queue end_of_iteration; /* runs after all that is ready */
    struct loop_callback *next;             /* whose turn it is in the queue that runs now */
    struct timer_heap timers;
    LIST_HEAD(, owned_callback) owned; /* what call_soon and call_later allocated */
    struct loop_attachment *attachment;

    uv_prepare_t prepare; /* libuv is about to look for events; only for the observer */
    uv_check_t check;     /* an iteration begins when libuv has looked for events */
    uv_idle_t idle;       /* active while something is ready, so that libuv does not block */
    uv_timer_t alarm;     /* one for all timers, set to the earliest */
    uint64_t alarm_at;    /* 0: not set */
    struct threadsafe_calls threadsafe;
    size_t handles; /* that loop_close has to close */

    LIST_HEAD(, loop_signal) signals;  /* those that are started ... */
    struct loop_signal *interrupts[2]; /* ... and loop_on_signal's among them, or NULL */
    void (*on_signal)(void *argument);
    void *on_signal_argument;
    int signal_received;
    unsigned arrivals; /* how many signals had arrived before loop_on_signal */

    bool running;
    bool deferred; /* the end of this iteration sets the alarm and the idle handle */
    bool clock_paused;
    bool closing;
    uint64_t paused_at;
    int error; /* a callback could not be scheduled */
};

/* A callback with memory of its own, for callers that keep none. */
struct owned_callback {
    struct loop_callback callback;
    struct loop_timer timer;
    uv_loop_t *loop;
    void (*run)(void *argument);
    void *argument;
    LIST_ENTRY(owned_callback) entry;
};

static inline struct loop_state *state_of(const uv_loop_t *loop)
{
    return loop->data;
}

/* The time by the loop's clock: loop_now, for the files of observe/ too. */
static inline uint64_t loop_clock(const struct loop_state *state)
{
    return state->clock_paused ? state->paused_at : uv_now(state->check.loop);
}

/* Returns 0 or libuv's error. The handle is closed like the loop's others; then the rest is freed.
 */
int threadsafe_calls_open(struct threadsafe_calls *calls, uv_loop_t *loop);
void threadsafe_calls_free(struct threadsafe_calls *calls);

/* Undoes loop_on_signal, if it was called: SIGINT and SIGTERM have the effect again that they had
 * before. */
void loop_stop_interrupts(uv_loop_t *loop);

/* Stops all signal handlers of the loop, which then has to run to close them. */
void loop_close_signals(uv_loop_t *loop);

/* Between the two, loop_run waits for events even if nothing but a signal can bring one. */
static inline void loop_hold(uv_loop_t *loop)
{
    uv_ref((uv_handle_t *)&state_of(loop)->check);
}
static inline void loop_release(uv_loop_t *loop)
{
    uv_unref((uv_handle_t *)&state_of(loop)->check);
}

/* libuv calls this after it has looked for events. */
void loop_run_iteration(uv_check_t *check);

/*
 * The next callback: inline, since each switch of tasks asks for it.
 */

/* While a task runs, the top of the next one's stack is fetched into the cache: a thousand tasks
 * that yield in turn then take two thirds of the time. */
static inline struct loop_callback *take_next(struct loop_state *state)
{
    struct loop_callback *callback = state->next;
    state->next = STAILQ_NEXT(callback, entry);
    if (state->next)
        __builtin_prefetch(state->next->hot);
    callback->pending = false;
    return callback;
}

/* If the next callback is one of run's, takes it and returns its argument, else NULL: the caller
 * does the callback's work in the loop's place. */
static inline void *loop_take_next(const uv_loop_t *loop, void (*run)(void *argument))
{
    struct loop_state *state = state_of(loop);
    return state->next && state->next->run == run ? take_next(state)->argument : NULL;
}
