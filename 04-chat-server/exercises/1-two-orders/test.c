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

/* What they heard in the scene as the exercise came, in a form that does not give it away. */
#define HASH 0x99e2969dU

static unsigned hash(unsigned sum, const char *text)
{
    for (; *text; text++)
        sum = (sum ^ (unsigned char)*text) * 16777619U; /* FNV-1a */
    return sum;
}

static void require_same_scene(void)
{
    unsigned sum = hash(hash(2166136261U, waits.caio), waits.dora);
    ck_assert_msg(hash(hash(sum, queues.caio), queues.dora) == HASH,
        "the scene has changed: change the predictions, and nothing else");
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
    require_same_scene();
    compare("When each send waits, Caio", predicted_with_waits.caio, waits.caio, hint);
    compare("When each send waits, Dora", predicted_with_waits.dora, waits.dora, hint);
}
END_TEST

START_TEST(when_each_has_a_queue)
{
    const char *hint = "How long does Ana's loop take, counted in waits?";
    ck_assert_int_eq(run_main(play_both, NULL), 0);
    require_same_scene();
    compare("With queues, Caio", predicted_with_queues.caio, queues.caio, hint);
    compare("With queues, Dora", predicted_with_queues.dora, queues.dora, hint);
}
END_TEST

int main(void)
{
    keep_order();
    return run_suite("4.1", (struct test_group[]){
                                {"waits", (const TTest *const[]){when_each_send_waits, NULL}},
                                {"queues", (const TTest *const[]){when_each_has_a_queue, NULL}},
                                {NULL, NULL},
                            });
}
