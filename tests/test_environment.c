/* Settings from environment variables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text/environment.h"
#include "support_runtime.h"

static const char *const names[] = {"first", "second", NULL};

static unsigned long number_of(const char *text)
{
    setenv("SETTING", text, 1);
    return environment_number("SETTING", 7, 100);
}

static int choice_of(const char *text)
{
    setenv("SETTING", text, 1);
    return environment_choice("SETTING", names);
}

START_TEST(unset_variables_give_the_default)
{
    unsetenv("SETTING");
    ck_assert_uint_eq(environment_number("SETTING", 7, 100), 7);
    ck_assert_int_eq(environment_choice("SETTING", names), 0);
    ck_assert_uint_eq(number_of(""), 7);
    ck_assert_int_eq(choice_of(""), 0);
}
END_TEST

START_TEST(good_values_are_used)
{
    ck_assert_uint_eq(number_of("0"), 0);
    ck_assert_uint_eq(number_of("100"), 100);
    ck_assert_int_eq(choice_of("first"), 0);
    ck_assert_int_eq(choice_of("second"), 1);
}
END_TEST

static void get_number(void *text)
{
    exit((int)number_of(text));
}

START_TEST(a_bad_number_is_reported)
{
    const char *const texts[] = {"-1", "+1", " 1", "1x", "abc", "101", "99999999999999999999"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        char *errors, expected[128];
        ck_assert_int_eq(run_apart(get_number, (void *)texts[i], &errors), 7);
        snprintf(expected, sizeof(expected),
            "SETTING: not a whole number from 0 to 100, so it stays 7: %s\n", texts[i]);
        ck_assert_str_eq(errors, expected);
        free(errors);
    }
}
END_TEST

static void get_choice(void *text)
{
    exit(choice_of(text));
}

START_TEST(an_unknown_choice_is_reported)
{
    char *errors;
    ck_assert_int_eq(run_apart(get_choice, "third", &errors), 0);
    ck_assert_str_eq(errors, "SETTING: not one of first, second; so it is first: third\n");
    free(errors);
}
END_TEST

int main(void)
{
    return run_suite("environment",
        (struct test_group[]){{"good", (const TTest *const[]){unset_variables_give_the_default,
                                           good_values_are_used, NULL}},
            {"bad", (const TTest *const[]){a_bad_number_is_reported, an_unknown_choice_is_reported,
                        NULL}},
            {NULL, NULL}});
}
