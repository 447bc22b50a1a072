/* Writes the recording of a program that a signal or exit ends. */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/observe/trace/ring.h"

static const int numbers[] = {
    SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
#define NUMBERS (sizeof(numbers) / sizeof(*numbers))

/* We cannot pass an argument to a signal handler, so only one recording at a time can be
 * rescued. */
static struct trace *_Atomic rescued;

static atomic_bool writing;

static pthread_once_t exit_is_watched = PTHREAD_ONCE_INIT;

static void watch_exit(void)
{
    atexit(trace_rescue); /* if that fails, only exit loses the file */
}

/* A second signal would end the program before the file is complete. This thread blocks all
 * signals; another thread that gets one waits here. */
static void begin_writing(sigset_t *before)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, before);
    while (atomic_exchange(&writing, true))
        poll(NULL, 0, 1);
}

static void end_writing(const sigset_t *before)
{
    atomic_store(&writing, false);
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

void trace_rescue(void)
{
    sigset_t before;
    begin_writing(&before);
    struct trace *trace = atomic_exchange(&rescued, NULL);
    if (trace && trace->process == getpid()) /* a forked child has a copy: it must not write */
        trace_write(trace);
    end_writing(&before);
}

/* The signal is raised again; when the handler returns, it has its default effect. */
static void write_and_end(int number)
{
    trace_rescue();
    signal(number, SIG_DFL);
    raise(number);
}

void trace_catch(struct trace *trace)
{
    struct sigaction action = {.sa_handler = write_and_end, .sa_flags = SA_ONSTACK};
    struct trace *none = NULL;
    pthread_once(&exit_is_watched, watch_exit);
    sigfillset(&action.sa_mask);
    if (!atomic_compare_exchange_strong(&rescued, &none, trace) && none != trace)
        return;
    for (size_t i = 0; i < NUMBERS; i++) {
        struct sigaction present;
        if (sigaction(numbers[i], NULL, &present) == 0 && present.sa_handler == SIG_DFL)
            sigaction(numbers[i], &action, NULL);
    }
}

/* Undoes trace_catch. */
static void release(struct trace *trace)
{
    if (!atomic_compare_exchange_strong(&rescued, &trace, NULL))
        return;
    for (size_t i = 0; i < NUMBERS; i++) {
        struct sigaction present;
        if (sigaction(numbers[i], NULL, &present) == 0 && present.sa_handler == write_and_end)
            signal(numbers[i], SIG_DFL);
    }
}

int trace_end(struct trace *trace)
{
    sigset_t before;
    begin_writing(&before);
    int error = atomic_load(&trace->closed) ? 0 : trace_write(trace);
    release(trace);
    end_writing(&before);
    return error;
}
