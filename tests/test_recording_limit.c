/* Recordings that are bounded, or that cannot be written; names that are no text. */
// Not under an emulator.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recording.h"
#include "support_runtime.h"

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
    return run_suite("recording_limit",
        (struct test_group[]){
            {"bounds", (const TTest *const[]){a_name_that_is_no_text, a_small_ring,
                           a_small_ring_for_the_pool, limits_that_are_none, a_disk_that_is_full,
                           a_file_that_cannot_be_written, NULL}},
            {NULL, NULL}});
}
