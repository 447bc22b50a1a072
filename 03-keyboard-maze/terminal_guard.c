#include "03-keyboard-maze/terminal_guard.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "common/trace.h"

#define STACK_SIZE (64 * 1024)

#define PATIENCE 20 /* milliseconds in which a slow terminal may make room for output */

/* We cannot pass an argument to a signal handler, so it uses this variable. A thread of the pool
 * that crashes reads it, too, so armed is atomic: a thread that reads true there also sees the
 * other members. */
static struct {
    atomic_bool armed;
    bool installed;
    pthread_t thread; /* the one that draws, which also handles the signals */
    struct termios modes;
    char sequence[GUARD_SEQUENCE_SIZE];
    size_t size;
    struct sigaction previous[NSIG], wrapped[NSIG];
} guard;

/*
 * The terminal
 */

bool guard_is_foreground(void)
{
    pid_t foreground = tcgetpgrp(STDIN_FILENO);
    return foreground < 0 || foreground == getpgrp(); /* below 0: there is no job control */
}

static bool takes_output_within(int milliseconds)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&output, 1, milliseconds) > 0;
}

bool guard_takes_output(void)
{
    return takes_output_within(0);
}

/* TCOON restarts output that TCOOFF has stopped. Ctrl+S stops it only if another program, such as
 * the shell, has set IXON again; then clearing IXON restarts it. */
void guard_release_output(void)
{
    struct termios modes;
    if (!guard.armed)
        return;
    tcflow(STDOUT_FILENO, TCOON);
    if (!takes_output_within(PATIENCE) && guard_is_foreground() &&
        tcgetattr(STDOUT_FILENO, &modes) == 0) {
        modes.c_iflag &= ~(tcflag_t)IXON;
        tcsetattr(STDOUT_FILENO, TCSANOW, &modes);
    }
    if (!takes_output_within(PATIENCE))
        tcflush(STDOUT_FILENO, TCOFLUSH);
}

/* In the background the modes are another program's. */
static void restore_modes(void)
{
    if (guard_is_foreground())
        tcsetattr(STDIN_FILENO, TCSANOW, &guard.modes);
}

// #region guard_restore
void guard_restore(void)
{
    if (!guard.armed)
        return; /* the terminal has its old modes */
    /* Leaves ncurses' screen and shows the cursor. The write must not block. */
    guard_release_output();
    if (takes_output_within(PATIENCE))
        (void)!write(STDOUT_FILENO, guard.sequence, guard.size);
    restore_modes();
    guard.armed = false; /* last, so that a second thread that crashes meanwhile restores, too */
}
// #endregion guard_restore

/*
 * The signals
 */

/* A signal for the process may arrive on any thread. If one of the pool's handled it, the thread
 * that draws would go on meanwhile, and take the terminal again after it has been restored. So it
 * is sent to that thread. Returns whether this is another one. */
static bool passed_on(int number)
{
    bool is_other = !pthread_equal(pthread_self(), guard.thread);
    if (is_other)
        pthread_kill(guard.thread, number);
    return is_other;
}

static void restore_and_end(int number, siginfo_t *info, void *context)
{
    (void)context;
    /* Above 0, si_code says that the kernel sent the signal. For these four signals that means that
     * an instruction failed. */
    bool failed = info->si_code > 0 &&
                  (number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL);
    bool is_own = failed || number == SIGABRT; /* abort ends the program when the handler returns */
    if (!is_own && passed_on(number))
        return;
    guard_restore();
    trace_rescue(); /* saves a recording, if there is one */

    /* When this handler returns, the instruction runs and fails again, and the previous handler
     * reports that: a sanitizer's or the task library's. */
    if (failed) {
        sigaction(number, &guard.previous[number], NULL);
        return;
    }
    /* A process sent it. When this handler returns, it arrives once more, and ends the program. */
    sigaction(number, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    raise(number);
}

/* Handlers run on the stack of the code that they interrupt. After a stack overflow it has no room
 * left, so they get a stack of their own, unless a sanitizer has already provided one. */
static void provide_stack(void)
{
    static char memory[STACK_SIZE];
    stack_t stack;
    if (sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_DISABLE))
        sigaltstack(&(stack_t){.ss_sp = memory, .ss_size = sizeof(memory)}, NULL);
}

static void guard_signal(int number)
{
    /* SA_SIGINFO passes info to the handler, and SA_ONSTACK runs it on the stack of provide_stack.
     * All signals are blocked meanwhile, SIGTTOU above all, which would stop a background program
     * whose handler changes the terminal. */
    struct sigaction action = {
        .sa_sigaction = restore_and_end, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigfillset(&action.sa_mask);
    sigaction(number, &action, &guard.previous[number]);
}

/* Handles the usual signals that end a program, except SIGKILL, which no program can handle, and
 * SIGUSR1, at which the library prints the tree of tasks. */
static void install_all(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT,
        SIGTRAP, SIGSYS, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGUSR2, SIGXCPU, SIGXFSZ};
    provide_stack();
    guard.thread = pthread_self();
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        struct sigaction current;
        sigaction(numbers[i], NULL, &current);
        if (current.sa_handler != SIG_IGN) /* stays ignored, like SIGHUP after nohup */
            guard_signal(numbers[i]);
    }
    guard.installed = true;
}

void guard_arm(const struct termios *modes, const char *sequence, size_t size)
{
    guard.armed = false; /* a signal that comes now finds either all of this or nothing */
    guard.modes = *modes;
    guard.size = size < sizeof(guard.sequence) ? size : sizeof(guard.sequence);
    memcpy(guard.sequence, sequence, guard.size);
    if (!guard.installed)
        install_all();
    guard.armed = true;
}

static void release_and_handle(int number)
{
    int error = errno;
    if (passed_on(number))
        return;
    guard_release_output();
    errno = error;
    guard.wrapped[number].sa_handler(number);
}

void guard_wrap(int number)
{
    sigaction(number, NULL, &guard.wrapped[number]);
    struct sigaction action = guard.wrapped[number];
    action.sa_handler = release_and_handle;
    sigaction(number, &action, NULL);
}

void guard_unwrap(int number)
{
    struct sigaction present;
    sigaction(number, NULL, &present);
    if (present.sa_handler == release_and_handle)
        sigaction(number, &guard.wrapped[number], NULL);
}

void guard_disarm(void)
{
    if (!guard.armed)
        return;
    guard.armed = false;
    restore_modes();
}
