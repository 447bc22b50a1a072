/* Runs both tasks with the loop's clock paused, and compares the ticks with the prediction. */
#include "exercise.h"

#include <math.h>

#include "tests/support_runtime.h"

#define SAME_TASKS "the tasks are other tasks than before: change the prediction, and nothing else"

static uint64_t start, ticked[TICKS]; /* in milliseconds */
static int ticks;

void tick(void)
{
    if (ticks < TICKS)
        ticked[ticks++] = loop_now(task_loop()) - start;
}

/* Time passes while no other task runs. */
char getch(void)
{
    ck_assert_msg(task_current(), "getch was called in another thread: " SAME_TASKS);
    loop_clock_advance(task_loop(), 3.0);
    return 'x';
}

static int run(void *unused)
{
    (void)unused;
    struct scope scope;
    start = loop_now(task_loop());
    scope_enter(&scope);
    ck_assert_int_eq(scope_spawn(&scope, "clock", show_clock, NULL), 0);
    ck_assert_int_eq(scope_spawn(&scope, "keyboard", read_keyboard, NULL), 0);
    run_ready();
    while (ticks < TICKS)
        advance(0.5);
    return scope_leave(&scope, 0);
}

/* The ticks of the tasks as the exercise came, in a form that does not give them away. */
#define HASH 0x748b06dbU

static unsigned hash_of_ticks(void)
{
    unsigned sum = 2166136261U; /* FNV-1a, by milliseconds */
    for (int i = 0; i < TICKS; i++)
        sum = (sum ^ (unsigned)ticked[i]) * 16777619U;
    return sum;
}

START_TEST(the_clock_ticks_as_predicted)
{
    ck_assert_int_eq(run_main(run, NULL), 0);
    ck_assert_msg(hash_of_ticks() == HASH, SAME_TASKS);
    for (int i = 0; i < TICKS; i++)
        ck_assert_msg(llround(prediction[i] * 1000) == (long long)ticked[i],
            "you say that tick %d comes at second %g; it does not: which task has the loop's "
            "thread "
            "at that time, and when does it give it back?",
            i + 1, prediction[i]);
}
END_TEST

int main(void)
{
    return run_suite("3.1",
        (struct test_group[]){
            {"clock", (const TTest *const[]){the_clock_ticks_as_predicted, NULL}}, {NULL, NULL}});
}
