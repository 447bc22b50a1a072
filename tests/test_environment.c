/* What is wished for by variables in the environment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text/environment.h"
#include "support_runtime.h"

static const char *const names[] = {"first", "second", NULL};

static unsigned long number_of(const char *text)
{
    setenv("WISH", text, 1);
    return environment_number("WISH", 7, 100);
}

static int choice_of(const char *text)
{
    setenv("WISH", text, 1);
    return environment_choice("WISH", names);
}

START_TEST(what_is_not_set)
{
    unsetenv("WISH");
    ck_assert_uint_eq(environment_number("WISH", 7, 100), 7);
    ck_assert_int_eq(environment_choice("WISH", names), 0);
    ck_assert_uint_eq(number_of(""), 7);
    ck_assert_int_eq(choice_of(""), 0);
}
END_TEST

START_TEST(what_is_understood)
{
    ck_assert_uint_eq(number_of("0"), 0);
    ck_assert_uint_eq(number_of("100"), 100);
    ck_assert_int_eq(choice_of("first"), 0);
    ck_assert_int_eq(choice_of("second"), 1);
}
END_TEST

static void wish_for_a_number(void *text)
{
    exit((int)number_of(text));
}

START_TEST(a_number_that_is_none)
{
    const char *const texts[] = {"-1", "+1", " 1", "1x", "abc", "101", "99999999999999999999"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        char *errors, expected[128];
        ck_assert_int_eq(run_apart(wish_for_a_number, (void *)texts[i], &errors), 7);
        snprintf(expected, sizeof(expected),
            "WISH: not a whole number from 0 to 100, so it stays 7: %s\n", texts[i]);
        ck_assert_str_eq(errors, expected);
        free(errors);
    }
}
END_TEST

static void wish_for_a_choice(void *text)
{
    exit(choice_of(text));
}

START_TEST(a_choice_that_there_is_not)
{
    char *errors;
    ck_assert_int_eq(run_apart(wish_for_a_choice, "third", &errors), 0);
    ck_assert_str_eq(errors, "WISH: not one of first, second; so it is first: third\n");
    free(errors);
}
END_TEST

int main(void)
{
    return run_suite("environment",
        (struct test_group[]){
            {"heeded", (const TTest *const[]){what_is_not_set, what_is_understood, NULL}},
            {"not",
                (const TTest *const[]){a_number_that_is_none, a_choice_that_there_is_not, NULL}},
            {NULL, NULL}});
}
