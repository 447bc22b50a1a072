/* Chapter 1's hello: the greeting, its interval, its end. */
#include "support.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void start(struct child *child, const char *const words[])
{
    child_start(child, "01-event-loop/hello", words, NULL);
}

START_TEST(it_greets_so_many_times_and_ends)
{
    char *output;
    int status = child_run("01-event-loop/hello",
        (const char *[]){"--times", "3", "--interval", "0.01", NULL}, &output, NULL);
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(output, "Hello World\nHello World\nHello World\n");
    free(output);
}
END_TEST

START_TEST(it_greets_once)
{
    struct child child;
    start(&child, (const char *[]){"--times", "1", "--interval", "1000", NULL});
    ck_assert_str_eq(child_line(&child), "Hello World");
    ck_assert_ptr_null(child_line(&child));
    ck_assert_int_eq(child_wait(&child), 0);
}
END_TEST

START_TEST(the_next_greeting_comes_two_seconds_later)
{
    struct child child;
    double before = now();
    start(&child, (const char *[]){"--times", "2", NULL});
    ck_assert_str_eq(child_line(&child), "Hello World");
    ck_assert_str_eq(child_line(&child), "Hello World");
    ck_assert_double_ge(now() - before, 2);
    ck_assert_ptr_null(child_line(&child));
    ck_assert_int_eq(child_wait(&child), 0);
}
END_TEST

START_TEST(without_an_end_it_goes_on)
{
    struct child child;
    start(&child, (const char *[]){"--interval", "0", NULL});
    for (int i = 0; i < 100; i++)
        ck_assert_str_eq(child_line(&child), "Hello World");
    child_signal(&child, SIGTERM);
    free(child_rest(&child));
    ck_assert_int_eq(child_wait(&child), 0);
}
END_TEST

static void ends_with_success_by(int signal)
{
    struct child child;
    start(&child, (const char *[]){"--interval", "1000", NULL});
    ck_assert_str_eq(child_line(&child), "Hello World");
    child_signal(&child, signal);
    ck_assert_ptr_null(child_line(&child));
    ck_assert_int_eq(child_wait(&child), 0);
}

START_TEST(ctrl_c_ends_it_with_success)
{
    ends_with_success_by(SIGINT);
}
END_TEST

START_TEST(sigterm_ends_it_with_success)
{
    ends_with_success_by(SIGTERM);
}
END_TEST

static void is_rejected(const char *name, const char *value)
{
    char *output, *errors;
    const char *words[] = {name, value, NULL};
    ck_assert_int_eq(child_run("01-event-loop/hello", words, &output, &errors), 2);
    ck_assert_str_eq(output, "");
    ck_assert_ptr_nonnull(strstr(errors, name));
    free(output);
    free(errors);
}

START_TEST(bad_options_are_rejected_by_name)
{
    is_rejected("--interval", "soon");
    is_rejected("--interval", "-1");
    is_rejected("--times", "x");
    is_rejected("--times", "-1");
    is_rejected("--nothing", NULL);
}
END_TEST

START_TEST(help_names_the_options)
{
    char *output;
    ck_assert_int_eq(
        child_run("01-event-loop/hello", (const char *[]){"--help", NULL}, &output, NULL), 0);
    ck_assert_ptr_nonnull(strstr(output, "--interval S"));
    ck_assert_ptr_nonnull(strstr(output, "--times N"));
    free(output);
}
END_TEST

int main(void)
{
    return run_suite("01_hello",
        (struct test_group[]){
            {"greetings",
                (const TTest *const[]){it_greets_so_many_times_and_ends, it_greets_once,
                    the_next_greeting_comes_two_seconds_later, without_an_end_it_goes_on, NULL}},
            {"end", (const TTest *const[]){ctrl_c_ends_it_with_success,
                        sigterm_ends_it_with_success, NULL}},
            {"options", (const TTest *const[]){bad_options_are_rejected_by_name,
                            help_names_the_options, NULL}},
            {NULL, NULL}});
}
