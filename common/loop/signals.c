/* Signals. libuv delivers each of them to every loop that has a handler for it. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/loop/state.h"
#include "common/observe/hooks.h"

struct loop_signal {
    uv_signal_t handle;
    void (*callback)(void *argument);
    void *argument;
    LIST_ENTRY(loop_signal) entry;
};

/*
 * A handler for any signal
 */

static void signal_closed(uv_handle_t *handle)
{
    state_of(handle->loop)->handles--;
    free(handle->data);
}

static void signal_arrived(uv_signal_t *handle, int number)
{
    const struct loop_signal *signal = handle->data;
    (void)number;
    observe_call(state_of(handle->loop)->observer, signal->callback, signal->argument);
}

static int start(uv_loop_t *loop, struct loop_signal **started, int number, uv_signal_cb arrived)
{
    struct loop_state *state = state_of(loop);
    struct loop_signal *signal = calloc(1, sizeof(*signal));
    *started = NULL;
    if (!signal)
        return UV_ENOMEM;
    int error = uv_signal_init(loop, &signal->handle);
    if (error) {
        free(signal);
        return error;
    }
    signal->handle.data = signal;
    uv_unref((uv_handle_t *)&signal->handle);
    state->handles++;
    LIST_INSERT_HEAD(&state->signals, signal, entry);
    error = uv_signal_start(&signal->handle, arrived, number);
    if (error)
        loop_signal_stop(signal);
    else
        *started = signal;
    return error;
}

int loop_signal_start(uv_loop_t *loop, struct loop_signal **signal, int number,
    void (*callback)(void *argument), void *argument)
{
    require_loop(loop);
    require(signal);
    require(callback);
    int error = start(loop, signal, number, signal_arrived);
    if (!error) {
        (*signal)->callback = callback;
        (*signal)->argument = argument;
    }
    return error;
}

void loop_signal_stop(struct loop_signal *signal)
{
    if (!signal)
        return;
    /* libuv uses the handle until its close callback, so the memory is the loop's, not the
     * caller's. */
    LIST_REMOVE(signal, entry);
    uv_close((uv_handle_t *)&signal->handle, signal_closed);
    observe(state_of(signal->handle.loop)->observer, signals_released);
}

/*
 * SIGINT and SIGTERM: the first one calls the loop's callback, the second one ends the program.
 * libuv calls back only when the running task has suspended. So the signal handler itself restores
 * the previous effect of both signals: the user can then end a program that computes forever, or
 * hangs in its cleanup.
 */

static const int numbers[] = {SIGINT, SIGTERM};

/* A signal has one disposition for the whole process, but several threads may each run a loop. */
static struct {
    pthread_mutex_t lock;
    int loops;
    struct sigaction before[2], libuv[2];
    pid_t process;        /* the process that runs the loops */
    atomic_int last;      /* the signal that the handler was called for last ... */
    atomic_uint arrivals; /* ... and how often it was called */
} interrupts = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Runs as a signal handler. A signal that was ignored gets its default effect, because a shell
 * makes programs that it starts with & ignore SIGINT. */
static void first_interrupt(int number)
{
    static const struct sigaction standard = {.sa_handler = SIG_DFL};
    int error = errno;
    for (int i = 0; i < 2; i++) {
        const struct sigaction *before = &interrupts.before[i];
        sigaction(numbers[i], before->sa_handler == SIG_IGN ? &standard : before, NULL);
    }
    if (getpid() == interrupts.process) {
        interrupts.last = number;
        interrupts.arrivals++;
        interrupts.libuv[number == SIGTERM].sa_handler(number);
    } else { /* a child made by fork shares libuv's pipe, so libuv would tell its parent */
        raise(number);
    }
    errno = error;
}

/* Returns a signal that has arrived, but for which interrupted has not been called, or 0. libuv
 * never makes that call if the loop stops in the iteration in which the signal arrives. */
static int unreported(const struct loop_state *state)
{
    return interrupts.arrivals == state->arrivals ? 0 : interrupts.last;
}

static void interrupted(uv_signal_t *handle, int number)
{
    struct loop_state *state = state_of(handle->loop);
    if (state->signal_received)
        return; /* two threads have handled one signal each at the same time */
    /* The handles stay started. To stop them, libuv would set the default effect for a moment, and
     * a signal that arrives in that moment would end the program without calling its previous
     * handler. */
    state->signal_received = number;
    observe_call(state->observer, state->on_signal, state->on_signal_argument);
}

static int start_interrupts(uv_loop_t *loop)
{
    struct loop_state *state = state_of(loop);
    int error = 0;
    state->arrivals = interrupts.arrivals;
    interrupts.process = getpid();
    for (int i = 0; i < 2 && interrupts.loops == 0; i++)
        sigaction(numbers[i], NULL, &interrupts.before[i]);
    for (int i = 0; i < 2 && !error; i++) {
        error = start(loop, &state->interrupts[i], numbers[i], interrupted);
        /* libuv's action is always the same, but it sets it only with the signal's first handle,
         * and the program may have one. */
        if (!error && !interrupts.libuv[i].sa_handler)
            sigaction(numbers[i], NULL, &interrupts.libuv[i]);
    }
    for (int i = 0; i < 2 && !error; i++) {
        struct sigaction action = interrupts.libuv[i];
        action.sa_handler = first_interrupt;
        sigaction(numbers[i], &action, NULL);
    }
    return error;
}

/* Sets what the signal does from now on. present is its action just before our handle was stopped:
 * if it is neither ours nor libuv's, the program has set it meanwhile, so it stays. If the program
 * has a uv_signal_t of its own, libuv still needs its action; if it has none, libuv has just set
 * the default effect, and its action would only swallow the signal. */
static void restore_action(int i, const struct sigaction *present)
{
    const struct sigaction *libuv = &interrupts.libuv[i], *wanted = &interrupts.before[i];
    struct sigaction after;
    sigaction(numbers[i], NULL, &after);
    bool libuv_listens = after.sa_handler != SIG_DFL;
    if (present->sa_handler == first_interrupt || present->sa_handler == libuv->sa_handler)
        wanted = libuv_listens ? libuv : wanted;
    else if (present->sa_handler != SIG_DFL || wanted->sa_handler != SIG_IGN)
        wanted = present; /* first_interrupt has not set it */
    if (libuv_listens || wanted->sa_handler != libuv->sa_handler)
        sigaction(numbers[i], wanted, NULL);
}

static void stop_interrupts(struct loop_state *state)
{
    for (int i = 0; i < 2; i++) {
        struct sigaction present;
        sigaction(numbers[i], NULL, &present);
        loop_signal_stop(state->interrupts[i]);
        state->interrupts[i] = NULL;
        if (interrupts.loops == 0)
            restore_action(i, &present);
    }
}

int loop_on_signal(uv_loop_t *loop, void (*callback)(void *argument), void *argument)
{
    require_loop(loop);
    require(callback);
    struct loop_state *state = state_of(loop);
    if (state->interrupts[0] && !state->signal_received)
        return UV_EALREADY;
    loop_stop_interrupts(loop);
    state->on_signal = callback;
    state->on_signal_argument = argument;
    state->signal_received = 0;
    pthread_mutex_lock(&interrupts.lock);
    int error = start_interrupts(loop);
    if (error)
        stop_interrupts(state);
    else
        interrupts.loops++;
    pthread_mutex_unlock(&interrupts.lock);
    return error;
}

void loop_stop_interrupts(uv_loop_t *loop)
{
    struct loop_state *state = state_of(loop);
    if (!state->interrupts[0])
        return;
    pthread_mutex_lock(&interrupts.lock);
    interrupts.loops--;
    stop_interrupts(state);
    pthread_mutex_unlock(&interrupts.lock);
    if (!state->signal_received)
        state->signal_received = unreported(state);
}

int loop_signal_received(const uv_loop_t *loop)
{
    require_loop(loop);
    const struct loop_state *state = state_of(loop);
    return state->signal_received || !state->interrupts[0] ? state->signal_received
                                                           : unreported(state);
}

void loop_close_signals(uv_loop_t *loop)
{
    struct loop_state *state = state_of(loop);
    loop_stop_interrupts(loop);
    while (!LIST_EMPTY(&state->signals))
        loop_signal_stop(LIST_FIRST(&state->signals));
}
