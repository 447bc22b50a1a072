/* task_gather: many calls at once. */
#include "common/task.h"
#include "support_runtime.h"

static int double_after_a_second(void *number)
{
    int error = task_sleep(1);
    return error ? error : 2 * *(int *)number;
}

static int gather_three(void *unused)
{
    (void)unused;
    int numbers[] = {1, 2, 3};
    struct task_call calls[3];
    for (int i = 0; i < 3; i++)
        calls[i] = (struct task_call){"double", double_after_a_second, &numbers[i], -1};
    uint64_t start = loop_now(task_loop());
    int error = task_gather(calls, 3);
    ck_assert_uint_eq(loop_now(task_loop()), start + 1000); /* all at once */
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(calls[i].result, 2 * (i + 1));
    return error;
}

static int gather_in_a_child(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "gatherer", gather_three, NULL);
    run_ready();
    loop_clock_advance(task_loop(), 1);
    return scope_leave(&scope, scope_join(&scope));
}

START_TEST(gather_collects_results)
{
    ck_assert_int_eq(run_main(gather_in_a_child, NULL), 0);
}
END_TEST

static int gather_with_a_failure(void *unused)
{
    (void)unused;
    int failure = UV_EPIPE, five = 5;
    struct task_call calls[] = {{"five", return_number, &five, 0},
        {"failing", return_number, &failure, 0}, {"waiting", wait_for_ever, "waiting", 0}};
    ck_assert_int_eq(task_gather(calls, 3), UV_EPIPE);
    ck_assert_int_eq(calls[0].result, 5);
    ck_assert_int_eq(calls[1].result, UV_EPIPE);
    ck_assert_int_eq(calls[2].result, UV_ECANCELED);
    expect_notes("waiting:ECANCELED");
    return task_yield(); /* the failure does not affect this task */
}

START_TEST(gather_ends_at_the_first_failure)
{
    ck_assert_int_eq(run_main(gather_with_a_failure, NULL), 0);
}
END_TEST

static int gather_nothing(void *unused)
{
    (void)unused;
    return task_gather(NULL, 0);
}

START_TEST(gather_of_no_calls_returns_at_once)
{
    ck_assert_int_eq(run_main(gather_nothing, NULL), 0);
}
END_TEST

static int gather_when_cancelled(void *unused)
{
    (void)unused;
    struct task_call calls[] = {{"waiting", wait_for_ever, "waiting", 0}};
    task_cancel(task_current());
    int error = task_gather(calls, 1);
    ck_assert_int_eq(calls[0].result, UV_ECANCELED);
    return error;
}

START_TEST(gather_in_a_cancelled_task_is_cancelled)
{
    ck_assert_int_eq(run_main(gather_when_cancelled, NULL), UV_ECANCELED);
}
END_TEST

static int be_cancelled(void *unused)
{
    (void)unused;
    return UV_ECANCELED;
}

static int gather_one_that_was_not_cancelled(void *unused)
{
    (void)unused;
    int number = 7;
    struct task_call calls[] = {
        {"cancelled", be_cancelled, NULL, 0}, {"number", return_number, &number, 0}};
    int error = task_gather(calls, 2);
    ck_assert_int_eq(calls[1].result, 7);
    return error;
}

START_TEST(a_call_that_says_it_was_cancelled_is_heard)
{
    ck_assert_int_eq(run_main(gather_one_that_was_not_cancelled, NULL), UV_ECANCELED);
}
END_TEST

int main(void)
{
    return run_suite("gather",
        (struct test_group[]){
            {"gather",
                (const TTest *const[]){gather_collects_results, gather_ends_at_the_first_failure,
                    gather_of_no_calls_returns_at_once, gather_in_a_cancelled_task_is_cancelled,
                    a_call_that_says_it_was_cancelled_is_heard, NULL}},
            {NULL, NULL}});
}
