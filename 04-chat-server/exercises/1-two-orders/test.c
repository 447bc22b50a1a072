#include "exercise.h"

#include <string.h>

#include "tests/support_runtime.h"

static struct received waits, queues;

static int play_both(void *unused)
{
    (void)unused;
    int error = play(false, &waits);
    return error ? error : play(true, &queues);
}

static void compare(const char *who, const char *predicted, const char *received, const char *hint)
{
    if (strcmp(predicted, received) != 0)
        ck_abort_msg("%s does not hear \"%s\". %s", who, predicted, hint);
}

START_TEST(when_each_send_waits)
{
    const char *hint = "Where is Ana's task when Bia's begins to run?";
    ck_assert_int_eq(run_main(play_both, NULL), 0);
    compare("When each send waits, Caio", predicted_with_waits.caio, waits.caio, hint);
    compare("When each send waits, Dora", predicted_with_waits.dora, waits.dora, hint);
}
END_TEST

START_TEST(when_each_has_a_queue)
{
    const char *hint = "How long does Ana's loop take, counted in waits?";
    ck_assert_int_eq(run_main(play_both, NULL), 0);
    compare("With queues, Caio", predicted_with_queues.caio, queues.caio, hint);
    compare("With queues, Dora", predicted_with_queues.dora, queues.dora, hint);
}
END_TEST

int main(void)
{
    keep_order();
    return run_suite(
        "two orders", (struct test_group[]){
                          {"waits", (const TTest *const[]){when_each_send_waits, NULL}},
                          {"queues", (const TTest *const[]){when_each_has_a_queue, NULL}},
                          {NULL, NULL},
                      });
}
