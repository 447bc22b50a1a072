/* A recording outlives a program that a signal ends. */
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "common/trace_ring.h"

static const int numbers[] = {
    SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
#define NUMBERS (sizeof(numbers) / sizeof(*numbers))

/* A signal handler gets no argument of ours. One recording at a time can be rescued. */
static struct trace *_Atomic rescued;

void trace_rescue(void)
{
    struct trace *trace = atomic_exchange(&rescued, NULL);
    if (trace && trace->process == getpid()) /* a child that was forked has a copy */
        trace_write(trace);
}

/* SA_RESETHAND: the signal that is raised has its default effect, when this returns. */
static void write_and_end(int number)
{
    trace_rescue();
    raise(number);
}

void trace_catch(struct trace *trace)
{
    struct sigaction action = {
        .sa_handler = write_and_end, .sa_flags = (int)SA_RESETHAND | SA_ONSTACK};
    struct trace *none = NULL;
    sigfillset(&action.sa_mask);
    if (!atomic_compare_exchange_strong(&rescued, &none, trace) && none != trace)
        return;
    for (size_t i = 0; i < NUMBERS; i++) {
        struct sigaction present;
        if (sigaction(numbers[i], NULL, &present) == 0 && present.sa_handler == SIG_DFL)
            sigaction(numbers[i], &action, NULL);
    }
}

/* Whoever was about to write it has begun, or will not. */
void trace_let_go(struct trace *trace)
{
    if (!atomic_compare_exchange_strong(&rescued, &trace, NULL))
        return;
    for (size_t i = 0; i < NUMBERS; i++) {
        struct sigaction present;
        if (sigaction(numbers[i], NULL, &present) == 0 && present.sa_handler == write_and_end)
            signal(numbers[i], SIG_DFL);
    }
}
