/* Recordings that end before their time. */
// Not under an emulator.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/executor.h"
#include "common/trace.h"
#include "recording.h"
#include "support_runtime.h"

/* A loop of its own, in a process that does not live to close it. */
static void run_task(int (*function)(void *argument))
{
    uv_loop_t loop;
    if (loop_init(&loop) == 0)
        task_run(&loop, "main", function, NULL);
}

static const int deadly[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGABRT};

struct death {
    void (*function)(void *argument);
};

static void die(void *argument)
{
    const struct death *death = argument;
    /* Check catches some of them; a shell ignores others in the background. */
    for (size_t i = 0; i < sizeof(deadly) / sizeof(*deadly); i++)
        signal(deadly[i], SIG_DFL);
    death->function(NULL);
}

/* Runs in a process of its own, with a recording; it has to end with the status. */
static void killed(void (*function)(void *argument), int status, const char *claims)
{
    struct recording recording;
    char *errors;
    recording_init(&recording);
    setenv("TRACE", recording.path, 1);
    int ended = run_apart(die, &(struct death){function}, &errors);
    if (ended != status)
        ck_abort_msg("status %d: %s", ended, errors);
    free(errors);
    recording_judge(&recording, claims);
    recording_free(&recording);
}

/*
 * Signals
 */

static int raise_twice(void *unused)
{
    (void)unused;
    raise(SIGINT);
    while (task_sleep(10) == 0)
        ;
    raise(SIGINT);
    return 0;
}

static void die_of_the_second_ctrl_c(void *unused)
{
    (void)unused;
    run_task(raise_twice);
}

START_TEST(a_second_ctrl_c)
{
    killed(die_of_the_second_ctrl_c, 128 + SIGINT, "main:sleep loop:callback main:running");
}
END_TEST

static void raise_number(void *number)
{
    raise(*(int *)number);
}

static void nothing(void *unused)
{
    (void)unused;
}

static int number;

static void die_in_a_callback(void *unused)
{
    uv_loop_t loop;
    (void)unused;
    if (loop_init(&loop))
        return;
    loop_call_soon(&loop, nothing, NULL);
    loop_call_soon(&loop, raise_number, &number);
    loop_run(&loop);
}

/* No handler catches it. */
START_TEST(signals)
{
    for (size_t i = 0; i < sizeof(deadly) / sizeof(*deadly); i++) {
        number = deadly[i];
        killed(die_in_a_callback, 128 + number, "loop:tick loop:ready loop:callback");
    }
}
END_TEST

/* Whether the process sleeps: its state stands behind its name, in parentheses. */
static bool is_asleep(pid_t process)
{
    char path[64], text[512] = "";
    snprintf(path, sizeof(path), "/proc/%d/stat", process);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    return size > 0 && strstr(text, ") S ");
}

static void kill_the_sleeper(pid_t process)
{
    while (!is_asleep(process))
        usleep(1000); /* between two looks */
    kill(process, SIGTERM);
    _exit(0);
}

/* Valgrind delivers a signal only where the stack has been before, and libuv polls from a frame of
 * many pages of which it touches few. */
static __attribute__((noinline)) void touch_the_stack(void)
{
    volatile char pages[64 * 1024];
    for (size_t i = 0; i < sizeof(pages); i += 1024)
        pages[i] = 0;
}

static void die_asleep(void *unused)
{
    uv_loop_t loop;
    pid_t process = getpid();
    if (loop_init(&loop))
        return;
    loop_call_later(&loop, 100, nothing, unused);
    touch_the_stack();
    if (fork() == 0)
        kill_the_sleeper(process);
    loop_run(&loop);
}

START_TEST(a_signal_while_it_sleeps)
{
    killed(die_asleep, 128 + SIGTERM, "loop:poll 'timer set'");
}
END_TEST

static int abort_soon(void *unused)
{
    (void)unused;
    task_yield();
    abort();
}

static void die_of_abort(void *unused)
{
    (void)unused;
    run_task(abort_soon);
}

START_TEST(abort_in_a_task)
{
    killed(die_of_abort, 128 + SIGABRT, "main:running");
}
END_TEST

static int exit_soon(void *unused)
{
    (void)unused;
    task_yield();
    exit(3);
}

static void exit_with_an_open_loop(void *unused)
{
    (void)unused;
    run_task(exit_soon);
}

START_TEST(exit_in_a_task)
{
    if (memory_is_shadowed()) /* then what is not freed is an error */
        return;
    killed(exit_with_an_open_loop, 3, "main:running");
}
END_TEST

static int abort_on_the_pool(void *unused)
{
    (void)unused;
    abort();
}

static int have_the_pool_abort(void *unused)
{
    return executor_run("crash", abort_on_the_pool, unused, 0);
}

static void die_on_the_pool(void *unused)
{
    (void)unused;
    run_task(have_the_pool_abort);
}

START_TEST(abort_on_another_thread)
{
    killed(die_on_the_pool, 128 + SIGABRT, "'pool 1:crash' row=main");
}
END_TEST

/* Tells how far the file is. */
static off_t written(void)
{
    struct stat file;
    const char *path = getenv("TRACE");
    return path && stat(path, &file) == 0 ? file.st_size : 0;
}

/* It may come to a thread of the pool. */
static void kill_the_writer(pid_t process)
{
    while (kill(process, 0) == 0 && written() == 0)
        usleep(100); /* between two looks */
    kill(process, SIGHUP);
    _exit(0);
}

static int do_nothing(void *unused)
{
    (void)unused;
    return 0;
}

static int record_much(void *unused)
{
    int error = executor_run("nothing", do_nothing, unused, 0); /* so that the pool has a thread */
    for (int i = 0; !error && i < 30000; i++)
        error = task_yield();
    return error;
}

static void die_of_two_signals(void *unused)
{
    uv_loop_t loop;
    pid_t process = getpid();
    (void)unused;
    if (fork() == 0)
        kill_the_writer(process);
    if (loop_init(&loop) || task_run(&loop, "main", record_much, NULL))
        return;
    raise(SIGHUP);
}

START_TEST(a_signal_while_the_file_is_written)
{
    killed(die_of_two_signals, 128 + SIGHUP, "row=main 'pool 1:nothing'");
}
END_TEST

static void die_while_it_closes(void *unused)
{
    uv_loop_t loop;
    pid_t process = getpid();
    (void)unused;
    if (fork() == 0)
        kill_the_writer(process);
    if (loop_init(&loop) || task_run(&loop, "main", record_much, NULL))
        return;
    loop_close(&loop);
    pause();
}

START_TEST(a_signal_while_the_loop_is_closed)
{
    killed(die_while_it_closes, 128 + SIGHUP, "row=main 'pool 1:nothing'");
}
END_TEST

static volatile bool endless = true; /* what the compiler cannot know */

static __attribute__((noinline)) int overflow(void *unused)
{
    volatile char frame[64] = "";
    return (endless ? overflow(unused) : 0) + frame[0];
}

static void die_of_overflow(void *unused)
{
    (void)unused;
    run_task(overflow);
}

START_TEST(a_stack_that_overflows)
{
    if (memory_is_shadowed()) /* then the sanitizer ends it */
        return;
    killed(die_of_overflow, 128 + SIGSEGV, "main:running");
}
END_TEST

int main(void)
{
    return run_suite("recording_end",
        (struct test_group[]){
            {"killed", (const TTest *const[]){a_second_ctrl_c, signals, a_signal_while_it_sleeps,
                           exit_in_a_task, abort_in_a_task, abort_on_another_thread,
                           a_signal_while_the_file_is_written, a_signal_while_the_loop_is_closed,
                           a_stack_that_overflows, NULL}},
            {NULL, NULL}});
}
