/* How many iterations do a chain and a row of calls take? */
#include "exercise.h"

#include <stdio.h>

#include "tests/support.h"

/* The messages do not name the expected numbers: find them by measuring. */
START_TEST(a_chain_is_counted)
{
    long one = passes_of_chain(1);
    ck_assert_msg(one > 0, "a loop that has run a call has made a pass: you have counted %ld", one);
    long many = passes_of_chain(1000);
    printf("passes of a chain of 1000 calls: %ld\n", many);
    ck_assert_msg(many == 1000 * one,
        "1000 calls, each asked for by the one before: you have counted %ld passes", many);
}
END_TEST

START_TEST(a_row_is_counted)
{
    long one = passes_of_row(1);
    ck_assert_msg(one > 0, "a loop that has run a call has made a pass: you have counted %ld", one);
    long many = passes_of_row(1000);
    printf("passes of a row of 1000 calls: %ld\n", many);
    ck_assert_msg(
        many == one, "1000 calls, all asked for at once: you have counted %ld passes", many);
}
END_TEST

int main(void)
{
    return run_suite(
        "1.5", (struct test_group[]){
                   {"passes", (const TTest *const[]){a_chain_is_counted, a_row_is_counted, NULL}},
                   {NULL, NULL}});
}
