#include "exercise.h"

#include <string.h>

#include "common/loop.h"
#include "tests/support.h"

START_TEST(the_prediction_comes_true)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    struct notes notes = {.loop = &loop};
    schedule(&notes);
    ck_assert_int_eq(loop_run(&loop), 0);
    if (strcmp(prediction(), notes.text) != 0)
        ck_abort_msg(
            "you said \"%s\": follow each letter from the call that asks for it", prediction());
    ck_assert_int_eq(loop_close(&loop), 0);
}
END_TEST

int main(void)
{
    return run_suite("which order",
        (struct test_group[]){
            {"the order", (const TTest *const[]){the_prediction_comes_true, NULL}}, {NULL, NULL}});
}
