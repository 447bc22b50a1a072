/* Recordings that end before their time, and those that are bounded. */
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

static int yield_once(void *unused)
{
    (void)unused;
    return task_yield();
}

/* JSON is UTF-8; what a program calls its tasks may be anything. */
START_TEST(a_name_that_is_no_text)
{
    struct recording recording;
    uv_loop_t loop;
    recording_init(&recording);
    setenv("TRACE", recording.path, 1);
    ck_assert_int_eq(loop_init(&loop), 0);
    unsetenv("TRACE");
    ck_assert_int_eq(task_run(&loop, "caf\xe9 \xc3\xa9\x01\"\\", yield_once, NULL), 0);
    ck_assert_int_eq(loop_close(&loop), 0);
    recording_judge(&recording, "loop:tick");
    recording_free(&recording);
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

/*
 * Bounds
 */

static struct child server;

static int start(struct recording *recording, const char *limit)
{
    child_start(&server, "02-coroutines-echo/echo-server",
        (const char *[]){"--port", "0", "--quiet", NULL},
        (const char *[]){recording->environment, limit, NULL});
    return child_port(&server);
}

static void talk(int port, int times)
{
    char answer[256];
    int connection = connect_to(port);
    for (int i = 0; i < times; i++) {
        ck_assert_int_eq(write(connection, "oi\n", 3), 3);
        ck_assert_int_gt(read(connection, answer, sizeof(answer)), 0);
    }
    close(connection);
}

static void stop(void)
{
    child_signal(&server, SIGTERM);
    ck_assert_int_eq(child_wait(&server), 0);
}

/* Wherever the ring happens to be cut, what is left is whole. */
START_TEST(a_small_ring)
{
    struct recording recording;
    char limit[32];
    recording_init(&recording);
    for (int records = 1; records <= 30; records++) {
        snprintf(limit, sizeof(limit), "TRACE_LIMIT=%d", records);
        talk(start(&recording, limit), 5);
        stop();
        recording_judge(&recording, "dropped");
    }
    recording_free(&recording);
}
END_TEST

/* An arrow from the pool is drawn whole or not at all. */
START_TEST(a_small_ring_for_the_pool)
{
    struct recording recording;
    struct child compare;
    char limit[32];
    recording_init(&recording);
    for (int records = 1; records <= 20; records++) {
        snprintf(limit, sizeof(limit), "TRACE_LIMIT=%d", records);
        child_start(&compare, "01-event-loop/compare",
            (const char *[]){"--work=io", "--tasks=3", "--wait=1", NULL},
            (const char *[]){recording.environment, limit, NULL});
        ck_assert_int_eq(child_wait(&compare), 0);
        recording_judge(&recording, "dropped");
        recording_judge_next(&recording, 2, "dropped");
    }
    recording_free(&recording);
}
END_TEST

START_TEST(limits_that_are_none)
{
    static const char *const limits[] = {"-1", "many", "1e6", "100000001", "99999999999999999999"};
    struct recording recording;
    char text[128];
    recording_init(&recording);
    for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
        snprintf(text, sizeof(text), "TRACE_LIMIT=%s", limits[i]);
        talk(start(&recording, text), 1);
        stop();
        char *errors = child_errors(&server);
        snprintf(text, sizeof(text),
            "TRACE_LIMIT: not a whole number from 0 to 100000000, so it stays 1000000: %s\n",
            limits[i]);
        ck_assert_ptr_nonnull(strstr(errors, text));
        free(errors);
        recording_judge(&recording, "recv");
    }
    recording_free(&recording);
}
END_TEST

static void says(const char *environment, const char *text)
{
    child_start(&server, "01-event-loop/hello", (const char *[]){"--times=1", NULL},
        (const char *[]){environment, NULL});
    ck_assert_int_eq(child_wait(&server), 0);
    char *errors = child_errors(&server);
    ck_assert_str_eq(errors, text);
    free(errors);
}

START_TEST(a_disk_that_is_full)
{
    says("TRACE=/dev/full", "TRACE: /dev/full: not written completely: No space left on device\n");
}
END_TEST

START_TEST(a_file_that_cannot_be_written)
{
    says("TRACE=/nowhere/run.json", "TRACE: /nowhere/run.json: No such file or directory\n");
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
            {"bounds", (const TTest *const[]){a_name_that_is_no_text, a_small_ring,
                           a_small_ring_for_the_pool, limits_that_are_none, a_disk_that_is_full,
                           a_file_that_cannot_be_written, NULL}},
            {NULL, NULL}});
}
