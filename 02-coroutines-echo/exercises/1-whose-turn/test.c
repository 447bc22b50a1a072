/* Compares the prediction with the order of a run, and reports the first letter that differs. */
#include "exercise.h"

#include <string.h>

#include "tests/support_runtime.h"

/* The order of the letters as the exercise came, in a form that does not give it away. */
#define HASH 0x91c1804fU

static unsigned hash(const char *text)
{
    unsigned sum = 2166136261U; /* FNV-1a */
    for (; *text; text++)
        sum = (sum ^ (unsigned char)*text) * 16777619U;
    return sum;
}

START_TEST(the_prediction_comes_true)
{
    char notes[32] = "";
    keep_order();
    ck_assert_int_eq(run_main(talk, notes), 0);
    ck_assert_msg(hash(notes) == HASH,
        "the tasks are other tasks than before: change the prediction, and nothing else");
    const char *said = prediction() ? prediction() : "";
    ck_assert_msg(*said, "write your prediction first");
    ck_assert_msg(strspn(said, "123abxyz") == strlen(said),
        "your prediction contains something else than the digits and letters that are written");
    ck_assert_msg(strlen(said) == strlen(notes),
        "eight letters and digits are written, your prediction has %zu", strlen(said));
    size_t right = 0;
    while (said[right] && said[right] == notes[right])
        right++;
    ck_assert_msg(!said[right] && !notes[right],
        "you said \"%s\", and the first %zu of them are right: who is first in the queue then?",
        said, right);
}
END_TEST

int main(void)
{
    return run_suite("2.1",
        (struct test_group[]){
            {"order", (const TTest *const[]){the_prediction_comes_true, NULL}}, {NULL, NULL}});
}
