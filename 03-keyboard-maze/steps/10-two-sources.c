/* Two handlers for one signal. The second restores the terminal, and leaves the report of a crash
 * to the first. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// #region ways
/* No program has memory at address 16. volatile keeps the compiler from seeing that. */
static int *volatile wild = (int *)16;

static void crash(void)
{
    *wild = 1;
}

static void be_killed(void)
{
    kill(getpid(), SIGSEGV); /* as pkill does */
}
// #endregion ways

/* Prints the text. Unlike printf, a handler may call it. */
static void say(const char *text)
{
    (void)!write(STDOUT_FILENO, text, strlen(text));
}

// #region report
/* Installed first, like the handler of a sanitizer or of the task library. */
static void report(int number, siginfo_t *info, void *context)
{
    (void)context;
    say(info->si_addr == wild ? "report: the crash was at address 16\n"
                              : "report: no crash, somebody sent the signal\n");
    signal(number, SIG_DFL); /* the next SIGSEGV ends the program */
}
// #endregion report

// #region handle
static struct sigaction previous; /* the handler that was installed before */

static void handle(void (*handler)(int number, siginfo_t *info, void *context))
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &action, &previous);
}
// #endregion handle

// #region restore
/* Installed second: previous is report. */
static void restore(int number, siginfo_t *info, void *context)
{
    (void)context;
    say("restore: the terminal has its old modes\n"); /* stands for tcsetattr */
    if (info->si_code > 0) {                          /* an instruction failed */
        say("restore: the instruction will fail again, for report\n");
        sigaction(number, &previous, NULL);
    } else { /* a program sent the signal */
        say("restore: sends the signal again\n");
        signal(number, SIG_DFL);
        raise(number);
    }
}
// #endregion restore

/* In a process of its own: only that process ends. */
static void try(const char *what, void (*end)(void))
{
    int status;
    printf("%s:\n", what);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        handle(report);
        handle(restore); /* previous is report now */
        end();
        _exit(0);
    }
    if (child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status))
        printf("ended by signal %d\n", WTERMSIG(status));
}

int main(void)
{
    try("a wild pointer", crash);
    try("kill", be_killed);
    return 0;
}
