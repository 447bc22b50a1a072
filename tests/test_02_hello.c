/* Chapter 2's hello: an endless coroutine that greets and sleeps. */
#include "shell.h"
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char program[] = "02-coroutines-echo/hello";
static const char *const in_english[] = {"LC_ALL=en_US.UTF-8", NULL};

static void start(struct child *child, const char *const words[])
{
    child_start(child, program, words, NULL);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/*
 * Greetings
 */

START_TEST(it_greets_so_many_times_and_ends)
{
    char *output, *errors;
    const char *words[] = {"--times", "3", "--interval", "0,01", NULL};
    ck_assert_int_eq(child_run(program, words, &output, &errors), 0);
    ck_assert_str_eq(output, "Hello World\nHello World\nHello World\n");
    ck_assert_str_eq(errors, "");
    free(output);
    free(errors);
}
END_TEST

START_TEST(after_the_last_greeting_it_does_not_sleep)
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
    double before = now(); /* the test may read the first greeting much later than it was said */
    start(&child, (const char *[]){"--times", "2", NULL});
    ck_assert_str_eq(child_line(&child), "Hello World");
    ck_assert_str_eq(child_line(&child), "Hello World");
    ck_assert_double_ge(now() - before, 2);
    ck_assert_int_eq(child_wait(&child), 0);
}
END_TEST

START_TEST(without_a_number_of_times_it_goes_on)
{
    struct child child;
    start(&child, (const char *[]){"--interval", "0", NULL});
    for (int i = 0; i < 1000; i++)
        ck_assert_str_eq(child_line(&child), "Hello World");
    child_signal(&child, SIGINT);
    ck_assert_int_eq(child_wait(&child), 0);
}
END_TEST

/*
 * The end
 */

static void ends_well_by(int signal)
{
    struct child child;
    start(&child, (const char *[]){"--interval", "1000", NULL});
    ck_assert_str_eq(child_line(&child), "Hello World");
    child_signal(&child, signal);
    ck_assert_ptr_null(child_line(&child));
    ck_assert_int_eq(child_wait(&child), 0);
    char *errors = child_errors(&child);
    ck_assert_str_eq(errors, "");
    free(errors);
}

START_TEST(ctrl_c_and_sigterm_end_it_well)
{
    ends_well_by(SIGINT);
    ends_well_by(SIGTERM);
}
END_TEST

/*
 * Options
 */

static void is_refused(const char *const words[], const char *message)
{
    char *output, *errors;
    ck_assert_int_eq(child_run(program, words, &output, &errors), 2);
    ck_assert_str_eq(output, "");
    ck_assert_msg(strstr(errors, message), "\"%s\" is not in: %s", message, errors);
    free(output);
    free(errors);
}

START_TEST(bad_values_are_refused_by_name)
{
    static const char *const intervals[] = {"logo", "", "-1", "1s", "nan"};
    static const char *const times[] = {"x", "", "0", "-1", "1.5", "99999999999999999999"};
    char message[100];
    for (size_t i = 0; i < sizeof(intervals) / sizeof(*intervals); i++) {
        snprintf(message, sizeof(message), "valor inválido em --interval=%s:", intervals[i]);
        is_refused((const char *[]){"--interval", intervals[i], NULL}, message);
    }
    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
        snprintf(message, sizeof(message), "valor inválido em --times=%s:", times[i]);
        is_refused((const char *[]){"--times", times[i], NULL}, message);
    }
}
END_TEST

START_TEST(other_words_are_refused_by_name)
{
    is_refused((const char *[]){"--nada", NULL}, "opção desconhecida: --nada");
    is_refused((const char *[]){"--times", NULL}, "falta o valor de --times");
    is_refused((const char *[]){"mais", NULL}, "argumento a mais: mais");
}
END_TEST

static void help_says(const char *const environment[], const char *const texts[])
{
    struct child child;
    child_start(&child, program, (const char *[]){"--help", NULL}, environment);
    char *output = child_rest(&child);
    ck_assert_int_eq(child_wait(&child), 0);
    for (; *texts; texts++)
        ck_assert_msg(strstr(output, *texts), "\"%s\" is not in:\n%s", *texts, output);
    free(output);
}

START_TEST(help_speaks_both_languages)
{
    help_says(
        NULL, (const char *[]){"de tempos em tempos, como corotina", "Uso: hello", "--interval S",
                  "segundos entre dois cumprimentos (padrão: 2)", "--times N", NULL});
    help_says(in_english,
        (const char *[]){"from time to time, as a coroutine", "Usage: hello", "--interval S",
            "seconds between two greetings (default: 2)", "--times N", NULL});
}
END_TEST

/* The loop's own descriptors must not take their numbers. */
START_TEST(closed_descriptors_do_no_harm)
{
    for (int closed = 1; closed < 8; closed++) {
        char command[128], output[256];
        snprintf(command, sizeof(command),
            "\"${BIN:-.}\"/02-coroutines-echo/hello --times 1 %s %s %s", closed & 1 ? "<&-" : "",
            closed & 2 ? ">&-" : "", closed & 4 ? "2>&-" : "");
        ck_assert_int_eq(shell_run(command, output, sizeof(output)), 0);
    }
}
END_TEST

int main(void)
{
    return run_suite("02_hello",
        (struct test_group[]){{"greetings", (const TTest *const[]){it_greets_so_many_times_and_ends,
                                                after_the_last_greeting_it_does_not_sleep,
                                                the_next_greeting_comes_two_seconds_later,
                                                without_a_number_of_times_it_goes_on,
                                                closed_descriptors_do_no_harm, NULL}},
            {"end", (const TTest *const[]){ctrl_c_and_sigterm_end_it_well, NULL}},
            {"options", (const TTest *const[]){bad_values_are_refused_by_name,
                            other_words_are_refused_by_name, help_speaks_both_languages, NULL}},
            {NULL, NULL}});
}
