#include "03-keyboard-maze/terminal_guard.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "common/trace.h"

#define STACK_SIZE (64 * 1024)

/* Global, because a signal handler gets no argument of ours. */
static struct {
    volatile sig_atomic_t armed;
    bool installed;
    struct termios modes;
    char sequence[GUARD_SEQUENCE_SIZE];
    size_t size;
    struct sigaction previous[NSIG];
} guard;

// #region restore_and_end
/* Calls only functions that POSIX allows in a handler. */
static void restore_and_end(int number, siginfo_t *info, void *context)
{
    (void)context;
    /* Another thread may do the same for another signal. Restoring twice does no harm. */
    if (guard.armed) {
        (void)!write(STDOUT_FILENO, guard.sequence, guard.size);
        tcsetattr(STDIN_FILENO, TCSANOW, &guard.modes);
    }
    guard.armed = 0;
    trace_rescue();
    /* A faulting instruction runs again, and the previous handler (a sanitizer's, the task
     * library's) reports it. A signal that was sent has its default effect. */
    bool faulted = info->si_code > 0 &&
                   (number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL);
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigaction(number, faulted ? &guard.previous[number] : &standard, NULL);
    if (!faulted)
        raise(number);
}
// #endregion restore_and_end

/* After a stack overflow the stack has no room for the handler. */
static void provide_stack(void)
{
    static char memory[STACK_SIZE];
    stack_t stack;
    if (sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_DISABLE))
        sigaltstack(&(stack_t){.ss_sp = memory, .ss_size = sizeof(memory)}, NULL);
}

static void guard_signal(int number)
{
    struct sigaction action = {
        .sa_sigaction = restore_and_end, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, &guard.previous[number]);
}

static void install_all(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT,
        SIGTRAP, SIGSYS, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ};
    provide_stack();
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        struct sigaction current;
        sigaction(numbers[i], NULL, &current);
        if (current.sa_handler != SIG_IGN)
            guard_signal(numbers[i]);
    }
    guard.installed = true;
}

void guard_arm(const struct termios *modes, const char *sequence, size_t size)
{
    guard.armed = 0;
    guard.modes = *modes;
    guard.size = size < sizeof(guard.sequence) ? size : sizeof(guard.sequence);
    memcpy(guard.sequence, sequence, guard.size);
    if (!guard.installed)
        install_all();
    guard.armed = 1;
}

void guard_disarm(void)
{
    guard.armed = 0;
}
