#include "03-keyboard-maze/terminal_guard.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "common/trace.h"

#define STACK_SIZE (64 * 1024)

/* Milliseconds. */
#define PATIENCE 20      /* while one thread writes, poll tells the others to wait */
#define RELEASE_TIME 100 /* guard_release_output takes less */

/* We cannot pass an argument to a signal handler, so it uses this variable. Any thread may run the
 * handler, so state is atomic: a thread that reads ARMED there also sees the other members. */
static struct {
    _Atomic(enum {DISARMED, ARMED, RESTORING}) state;
    atomic_int releasing; /* threads in guard_release_output, which may be about to set modes */
    bool installed;
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
static void release_output(void)
{
    struct termios modes;
    tcflow(STDOUT_FILENO, TCOON);
    if (!takes_output_within(PATIENCE) && guard_is_foreground() &&
        tcgetattr(STDOUT_FILENO, &modes) == 0) {
        modes.c_iflag &= ~(tcflag_t)IXON;
        tcsetattr(STDOUT_FILENO, TCSANOW, &modes);
    }
    if (!takes_output_within(PATIENCE))
        tcflush(STDOUT_FILENO, TCOFLUSH);
}

void guard_release_output(void)
{
    guard.releasing++;
    if (guard.state == ARMED)
        release_output();
    guard.releasing--;
}

/* Another thread may have read the game's modes, and would set them after us, so we wait for it. If
 * we have interrupted this very thread there, we wait in vain, and it does not go on. In the
 * background the modes are another program's. */
static void restore_modes(void)
{
    for (int i = 0; i < RELEASE_TIME && guard.releasing > 0; i++)
        poll(NULL, 0, 1);
    if (guard_is_foreground())
        tcsetattr(STDIN_FILENO, TCSANOW, &guard.modes);
}

// #region guard_restore
void guard_restore(void)
{
    if (guard.state == DISARMED)
        return; /* the terminal has its old modes */
    /* Leaves ncurses' screen and shows the cursor. The write must not block. */
    guard_release_output();
    guard.state = RESTORING; /* from here on no thread releases the output, which changes modes */
    if (takes_output_within(PATIENCE))
        (void)!write(STDOUT_FILENO, guard.sequence, guard.size);
    restore_modes();
    guard.state = DISARMED; /* last, so that a second thread that crashes meanwhile restores, too */
}
// #endregion guard_restore

/*
 * The signals
 */

static void restore_and_end(int number, siginfo_t *info, void *context)
{
    (void)context;
    guard_restore();
    trace_rescue(); /* saves a recording, if there is one */

    /* Above 0, si_code says that the kernel sent the signal. For these four signals that means that
     * an instruction failed. When this handler returns, it runs and fails again, and the previous
     * handler reports that: a sanitizer's or the task library's. */
    bool failed = info->si_code > 0 &&
                  (number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL);
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
     * SIGTTOU is blocked, because it would stop a background program whose handler changes the
     * terminal. */
    struct sigaction action = {
        .sa_sigaction = restore_and_end, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGTTOU);
    sigaction(number, &action, &guard.previous[number]);
}

/* Handles each signal that ends a program, except SIGKILL, which no program can handle, and
 * SIGUSR1, with which the library prints the tree of tasks. */
static void install_all(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT,
        SIGTRAP, SIGSYS, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGUSR2, SIGXCPU, SIGXFSZ};
    provide_stack();
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
    guard.state = DISARMED; /* a signal that comes now finds either all of this or nothing */
    guard.modes = *modes;
    guard.size = size < sizeof(guard.sequence) ? size : sizeof(guard.sequence);
    memcpy(guard.sequence, sequence, guard.size);
    if (!guard.installed)
        install_all();
    guard.state = ARMED;
}

static void release_and_handle(int number)
{
    int error = errno;
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
    if (guard.state == DISARMED)
        return;
    guard.state = DISARMED;
    restore_modes();
}
