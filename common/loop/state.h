/*
 * The state of a loop. Private to loop/, task/ and observe/.
 *
 * The whole project uses the lists of <sys/queue.h>: LIST can remove any element, STAILQ can append
 * at the end and remove from the front, TAILQ can do both. The links lie in the elements, so adding
 * one needs no memory and cannot fail. The manual page is queue(7), or queue(3) on BSD.
 */
#pragma once

#include <sys/queue.h>

#include "common/loop.h"
#include "common/loop/timer_heap.h"
#include "common/observe/misuse.h"

STAILQ_HEAD(callback_queue, loop_callback);

/* The calls that loop_call_soon_threadsafe hands to the loop's thread. */
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
    struct loop_callback *next;             /* the next one of the queue that is running */
    struct timer_heap timers;
    LIST_HEAD(, owned_callback) owned; /* allocated by call_soon and call_later */
    struct loop_attachment *attachment;

    uv_prepare_t prepare; /* before libuv looks for events; only for the observer */
    uv_check_t check;     /* after libuv has looked for events: runs the iteration */
    uv_idle_t idle;       /* active while something is ready, so that libuv does not block */
    uv_timer_t alarm;     /* one for all timers, set to the earliest */
    uint64_t alarm_at;    /* 0: not set */
    struct threadsafe_calls threadsafe;
    size_t handles; /* open ones, for which loop_close waits */

    LIST_HEAD(, loop_signal) signals;  /* the handlers that are started ... */
    struct loop_signal *interrupts[2]; /* ... among them those of loop_on_signal, or NULL */
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

/* A callback that the loop allocates and frees. */
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

/* Ends the program if the caller of a public function passed NULL, or a loop that is not open. */
#define require_loop(loop)                                                                         \
    do {                                                                                           \
        require(loop);                                                                             \
        if (!state_of(loop))                                                                       \
            misuse("called %s for a loop that is not open: call loop_init before it", __func__);   \
    } while (0)

/* The time by the loop's clock. loop_now returns it, and the files of observe/ use it too. */
static inline uint64_t loop_clock(const struct loop_state *state)
{
    return state->clock_paused ? state->paused_at : uv_now(state->check.loop);
}

/* The first returns 0 or libuv's error. loop_close closes the handle together with its other
 * handles, and then calls the second. */
int threadsafe_calls_open(struct threadsafe_calls *calls, uv_loop_t *loop);
void threadsafe_calls_free(struct threadsafe_calls *calls);

/* Undoes loop_on_signal, if it was called: SIGINT and SIGTERM have the effect again that they had
 * before. */
void loop_stop_interrupts(uv_loop_t *loop);

/* Stops all signal handlers of the loop, which then has to run to close them. */
void loop_close_signals(uv_loop_t *loop);

/* Between these two calls, loop_run waits for events even if only a signal can still bring one. */
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
 * Scheduling a callback, and taking the next one. The functions are inline, because every task
 * switch calls them.
 */

/* Outside the phases of an iteration: makes libuv begin one. */
void loop_begin_soon(struct loop_state *state, const struct loop_callback *callback);

static inline void loop_schedule(
    struct loop_state *state, struct callback_queue *queue, struct loop_callback *callback)
{
    if (!callback->pending) {
        callback->pending = true;
        STAILQ_INSERT_TAIL(queue, callback, entry);
    }
    if (!state->deferred)
        loop_begin_soon(state, callback);
}

static inline struct loop_callback *loop_take(struct loop_state *state)
{
    struct loop_callback *callback = state->next;
    state->next = STAILQ_NEXT(callback, entry);
    callback->pending = false;
    return callback;
}

/* Returns the next callback if it is a call of run, or else NULL. */
static inline struct loop_callback *loop_next(
    const struct loop_state *state, void (*run)(void *argument))
{
    return state->next && state->next->run == run ? state->next : NULL;
}
