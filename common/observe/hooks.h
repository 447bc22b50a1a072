/*
 * The calls with which the runtime reports what it does to its observer: the recording (TRACE),
 * LOOP_DEBUG and LOOP_SEED. A first reader of the runtime can skip every line that begins with
 * observe:
 *
 *     observe(state->observer, timer_fired, timer);
 *
 * If the observer is NULL, nothing watches the loop, and such a line costs one test of the pointer.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <uv.h>

struct observer;
struct loop_callback;
struct loop_timer;
struct task;

/* OBSERVER_LEFT_OUT leaves the hooks out, so that a test can count the instructions that they
 * cost. */
#ifdef OBSERVER_LEFT_OUT
#define OBSERVED(observer) ((void)(observer), false)
#else
#define OBSERVED(observer) ((observer) != NULL)
#endif

/* Calls observer_HOOK(place, ...) if something watches. place has to be a member of a struct. It is
 * read again for the call, so that the test compares memory and needs no register. */
#define observe(place, hook, ...)                                                                  \
    do {                                                                                           \
        if (OBSERVED(place))                                                                       \
            observer_##hook(*(struct observer *const volatile *)&(place), ##__VA_ARGS__);          \
    } while (0)

#define HOOK __attribute__((cold, noinline))

/*
 * The loop
 */

/* Makes the observer that the environment asks for, or stores NULL. Returns 0 or UV_ENOMEM. A
 * recording that cannot begin is only reported on stderr. */
int observer_open(struct observer **observer, uv_loop_t *loop);

/* loop_close calls the first when it begins, which ends the recording. It calls the second with the
 * result of uv_loop_close, which names the handles that were left open and frees the observer. Both
 * do nothing if the observer is NULL. */
void observer_finish(struct observer *observer);
void observer_close(struct observer *observer, uv_loop_t *loop, int error);

/* The calling thread runs the loop from here on. */
HOOK void observer_run(struct observer *observer);

/* libuv is about to look for events. */
HOOK void observer_poll_begin(struct observer *observer);

/* The library's part of the iteration begins, after libuv has run the callbacks of events; it
 * ends. */
HOOK void observer_iteration_begin(struct observer *observer);
HOOK void observer_iteration_end(struct observer *observer);

/* A phase of the iteration begins, and the phase before it ends. The last one ends with the
 * iteration. */
HOOK void observer_phase(struct observer *observer, const char *phase);

/* The same for a phase that runs these callbacks: LOOP_SEED shuffles them. */
HOOK void observer_queue_begin(
    struct observer *observer, const char *phase, struct loop_callback **first);

/* A callback was scheduled, or a timer was set or has fired. LOOP_DEBUG notices if another thread
 * does that. If the callback resumes a task, the task was spawned or woken, and is now ready. */
HOOK void observer_scheduled(struct observer *observer, const struct loop_callback *callback);
HOOK void observer_timer_set(struct observer *observer, const struct loop_timer *timer);
HOOK void observer_timer_fired(struct observer *observer, const struct loop_timer *timer);
HOOK void observer_timer_stopped(struct observer *observer);

/* loop_stop was called. */
HOOK void observer_stop(struct observer *observer);

/* libuv has restored the default effect of signals. */
HOOK void observer_signals_released(struct observer *observer);

/* Calls run(argument), a callback of call_soon, of call_later or of a signal. */
HOOK void observer_call(struct observer *observer, void (*run)(void *argument), void *argument);
static inline void observe_call(
    struct observer *observer, void (*run)(void *argument), void *argument)
{
    if (OBSERVED(observer))
        observer_call(observer, run, argument);
    else
        run(argument);
}

/*
 * Tasks
 */

/* The task runs; it has suspended to the loop; it has ended. */
HOOK void observer_task_resumed(struct observer *observer, const struct task *task);
HOOK void observer_task_suspended(struct observer *observer, struct task *task);
HOOK void observer_task_ended(struct observer *observer, const struct task *task);

/* While a task_run lasts, SIGUSR1 prints the tree of its tasks, and an overflow of a task's stack
 * is named. Returns 0 or UV_ENOMEM. */
struct task_watch {
    uv_signal_t *tree;
    stack_t stack_before;
    void *signal_stack; /* the task's own is full when it overflows */
};
int observe_tasks_begin(struct task_watch *watch, uv_loop_t *loop);
void observe_tasks_end(struct task_watch *watch);

/* Reports whose stack overflowed, and how to enlarge it. Safe in a signal handler. */
void observe_stack_overflow(const struct task *task);

/*
 * Work on the thread pool
 */

/* What the recording stores about a piece of work. */
struct observed_work {
    uint64_t end;   /* where in the recording the work ended ... */
    uint64_t ended; /* ... and when */
    bool arrow;     /* an arrow begins there, to the task that is woken */
    uint32_t row;   /* of the thread, or 0 before the work begins */
    uint32_t task;
    uint16_t name;
};

/* In this order: the running task gives the work to the pool; the work begins on a thread of the
 * pool; it ends there; the loop's thread gets its result, and wakes the task if that still
 * waits. */
HOOK void observer_work_given(
    struct observer *observer, struct observed_work *work, const char *what);
HOOK void observer_work_begin(struct observer *observer, struct observed_work *work);
HOOK void observer_work_end(struct observer *observer, struct observed_work *work);
HOOK void observer_work_back(struct observer *observer, struct observed_work *work, bool wakes);
