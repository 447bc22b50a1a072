/* Runs the calls with the loop's clock paused, and compares their order with the prediction. */
// With Valgrind too.
#include "exercise.h"

#include <string.h>

#include "tests/support.h"

void note_letter(struct order *order, char letter)
{
    ck_assert_msg(order->count < sizeof(order->letters) - 1,
        "a call notes its letter again and again: change the prediction, and nothing else");
    order->letters[order->count++] = letter;
}

static void run(struct order *order)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    loop_clock_pause(&loop);
    order->loop = &loop;
    ask(order);
    for (int tenth = 0; tenth <= 3; tenth++) {
        ck_assert_int_eq(loop_run(&loop), 0);
        loop_clock_advance(&loop, 0.1);
    }
    ck_assert_int_eq(loop_close(&loop), 0);
}

/* The order of the calls as they came with the exercise, in a form that does not give it away. */
#define HASH 0xa75e011fU

static unsigned hash(const char *text)
{
    unsigned sum = 2166136261U; /* FNV-1a */
    for (; *text; text++)
        sum = (sum ^ (unsigned char)*text) * 16777619U;
    return sum;
}

START_TEST(the_calls_run_as_predicted)
{
    struct order order = {0};
    run(&order);
    ck_assert_msg(hash(order.letters) == HASH,
        "the calls are other calls than before: change the prediction, and nothing else");
    ck_assert_msg(strspn(prediction, "ABCDEFG") == strlen(prediction),
        "your prediction contains something else than the letters A to G");
    ck_assert_msg(strlen(prediction) == order.count, "seven calls run, your prediction has %zu",
        strlen(prediction));
    ck_assert_msg(prediction[0] == order.letters[0],
        "you predict that %c runs first, but another one does: why?", prediction[0]);
    for (size_t i = 1; i < order.count; i++)
        ck_assert_msg(prediction[i] == order.letters[i],
            "after \"%.*s\" you predict %c, but another one runs: why?", (int)i, prediction,
            prediction[i]);
}
END_TEST

int main(void)
{
    return run_suite("1.1",
        (struct test_group[]){
            {"order", (const TTest *const[]){the_calls_run_as_predicted, NULL}}, {NULL, NULL}});
}
