#include "common/observe/stack_overflow.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "common/task/state.h"
#include "common/trace.h"

#define SIGNAL_STACK ((size_t)64 * 1024)

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WATCHED false /* the sanitizer's own report says more */
#else
#define WATCHED true
#endif

static void append(char *text, size_t size, const char *more)
{
    size_t length = strlen(text);
    strncpy(text + length, more, size - length - 1);
}

/* printf may not be called in a signal handler. */
static void append_number(char *text, size_t size, size_t number)
{
    char digits[24] = "";
    char *first = digits + sizeof(digits) - 1;
    do
        *--first = (char)('0' + number % 10);
    while (number /= 10);
    append(text, size, first);
}

void observe_stack_overflow(const struct task *task)
{
    char text[256] = "task ";
    append(text, sizeof(text) - 128, task->name);
    append(text, sizeof(text), ": its stack of ");
    append_number(text, sizeof(text), task->coroutine.stack.size);
    append(text, sizeof(text),
        " bytes overflowed; scope_spawn_with gives it a larger one (.stack_size)\n");
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written; /* without stderr there is no place to report an error */
}

/* The process has one handler for the signal, but may have a loop in each of several threads: the
 * first to watch sets the handler, the last restores what was there before. */
static struct {
    pthread_mutex_t lock;
    int count;
    struct sigaction before;
} watches = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* We cannot pass an argument to a signal handler. */
static _Thread_local const struct task_pool *watched;

/* Returns the stack pointer of the code that the signal has interrupted, or NULL where we do not
 * know how the system stores it. */
static const void *interrupted_at(const void *context)
{
#if defined(__linux__) && defined(__x86_64__)
    return (const void *)((const ucontext_t *)context)->uc_mcontext.gregs[REG_RSP];
#elif defined(__linux__) && defined(__aarch64__)
    return (const void *)((const ucontext_t *)context)->uc_mcontext.sp;
#else
    (void)context;
    return NULL;
#endif
}

static void segmentation_fault(int number, siginfo_t *info, void *context)
{
    const struct task *task = watched ? watched->current : NULL;
    if (task && stack_overflowed(&task->coroutine.stack, info->si_addr, interrupted_at(context)))
        observe_stack_overflow(task);
    trace_rescue();
    /* When this handler returns, the processor runs the instruction again, and the fault then
     * reaches the previous handler. A signal that kill or raise has sent does not come again by
     * itself. */
    struct sigaction before = watches.before;
    /* A handler of the program may set ours again when it returns, and would be called again. */
    watches.before = (struct sigaction){.sa_handler = SIG_DFL};
    before.sa_flags |= SA_ONSTACK; /* the stack may be the one that overflowed */
    sigaction(number, &before, NULL);
    if (info->si_code <= 0)
        raise(number);
}

static void count_watches(int change)
{
    struct sigaction action = {
        .sa_sigaction = segmentation_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    pthread_mutex_lock(&watches.lock);
    int before = watches.count;
    watches.count += change;
    if (before == 0)
        sigaction(SIGSEGV, &action, &watches.before);
    else if (watches.count == 0 && sigaction(SIGSEGV, NULL, &action) == 0 &&
             action.sa_sigaction == segmentation_fault) /* the program has set no other */
        sigaction(SIGSEGV, &watches.before, NULL);
    pthread_mutex_unlock(&watches.lock);
}

void stack_overflow_watch(struct task_watch *watch, const struct task_pool *pool)
{
    if (!WATCHED)
        return;
    watch->signal_stack = malloc(SIGNAL_STACK);
    if (!watch->signal_stack)
        return;
    stack_t stack = {.ss_sp = watch->signal_stack, .ss_size = SIGNAL_STACK};
    sigaltstack(&stack, &watch->stack_before);
    watched = pool;
    count_watches(1);
}

void stack_overflow_unwatch(struct task_watch *watch)
{
    if (!watch->signal_stack)
        return;
    count_watches(-1);
    watched = NULL;
    sigaltstack(&watch->stack_before, NULL);
    free(watch->signal_stack);
    watch->signal_stack = NULL;
}
