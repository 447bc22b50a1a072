/* Running a task, sleeping and yielding. */
#include "common/task.h"

#include <math.h>

#include "support_runtime.h"

/*
 * Running
 */

START_TEST(the_result_of_the_first_task_is_returned)
{
    uv_loop_t loop;
    open_loop(&loop);
    for (int number = -3; number <= 3; number++)
        ck_assert_int_eq(task_run(&loop, "main", return_number, &number), number);
    close_loop(&loop);
}
END_TEST

static int look_around(void *loop)
{
    ck_assert_ptr_eq(task_loop(), loop);
    ck_assert_ptr_nonnull(task_current());
    ck_assert_str_eq(task_name(task_current()), "curious");
    ck_assert_int_eq(task_cancelled(), 0);
    return 0;
}

static void note_that_no_task_runs(void *unused)
{
    (void)unused;
    ck_assert_ptr_null(task_current());
    note("callback");
}

static int look_around_between_callbacks(void *loop)
{
    struct task *self = task_current();
    loop_call_soon(loop, note_that_no_task_runs, NULL);
    ck_assert_int_eq(task_yield(), 0);
    ck_assert_int_eq(task_yield(), 0);
    ck_assert_ptr_eq(task_current(), self);
    return look_around(loop);
}

START_TEST(a_task_knows_itself_and_its_loop)
{
    uv_loop_t loop;
    open_loop(&loop);
    ck_assert_ptr_null(task_current());
    ck_assert_int_eq(task_run(&loop, "curious", look_around_between_callbacks, &loop), 0);
    ck_assert_ptr_null(task_current());
    expect_notes("callback");
    close_loop(&loop);
}
END_TEST

static int look_at_its_name(void *expected)
{
    ck_assert_str_eq(task_name(task_current()), expected);
    return 0;
}

START_TEST(a_task_without_a_name_is_unnamed)
{
    uv_loop_t loop;
    open_loop(&loop);
    ck_assert_int_eq(task_run(&loop, NULL, look_at_its_name, "unnamed"), 0);
    close_loop(&loop);
}
END_TEST

/*
 * Sleeping and yielding
 */

static int yield_for_ever(void *unused)
{
    (void)unused;
    int error = 0;
    while (!error)
        error = task_yield();
    return error;
}

/* By the real clock. Its callbacks may run late, but not early. */
static int sleep_beside_a_busy_task(void *unused)
{
    (void)unused;
    static const double times[] = {0.001, 0.0001, 0.0015};
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "busy", yield_for_ever, NULL);
    for (int i = 0; i < 150; i++) {
        double seconds = times[i % 3];
        uint64_t start = uv_hrtime();
        ck_assert_int_eq(task_sleep(seconds), 0);
        ck_assert_uint_ge(uv_hrtime() - start, (uint64_t)(seconds * 1e9));
    }
    return scope_leave(&scope, 0);
}

START_TEST(no_sleep_is_too_short)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    ck_assert_int_eq(task_run(&loop, "main", sleep_beside_a_busy_task, NULL), 0);
    close_loop(&loop);
}
END_TEST

struct sleeper {
    char *name;
    double seconds;
};

static int sleep_and_note(void *argument)
{
    struct sleeper *sleeper = argument;
    int error = task_sleep(sleeper->seconds);
    note("%s", sleeper->name);
    return error;
}

static int sleep_in_children(void *unused)
{
    (void)unused;
    struct sleeper sleepers[] = {{"c", 3}, {"a", 1}, {"b1", 2}, {"b2", 2}};
    struct scope scope;
    scope_enter(&scope);
    for (int i = 0; i < 4; i++)
        scope_spawn(&scope, sleepers[i].name, sleep_and_note, &sleepers[i]);
    advance(0);
    expect_notes("");
    advance(0.999);
    expect_notes("");
    advance(0.001);
    expect_notes("a");
    advance(1);
    expect_notes("b1 b2");
    advance(1);
    expect_notes("c");
    return scope_leave(&scope, 0);
}

START_TEST(sleepers_wake_in_the_order_of_time)
{
    ck_assert_int_eq(run_main(sleep_in_children, NULL), 0);
}
END_TEST

static int sleep_shortly(void *unused)
{
    (void)unused;
    static const double times[] = {0, -1, NAN, -INFINITY};
    uint64_t start = loop_now(task_loop());
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(task_sleep(times[i]), 0);
    ck_assert_uint_eq(loop_now(task_loop()), start);
    return 0;
}

START_TEST(no_time_is_no_time)
{
    ck_assert_int_eq(run_main(sleep_shortly, NULL), 0);
}
END_TEST

static int sleep_really(void *unused)
{
    (void)unused;
    uint64_t start = loop_now(task_loop());
    ck_assert_int_eq(task_sleep(0.01), 0);
    ck_assert_uint_ge(loop_now(task_loop()), start + 10);
    return 0;
}

START_TEST(a_real_sleep_is_long_enough)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    ck_assert_int_eq(task_run(&loop, "main", sleep_really, NULL), 0);
    close_loop(&loop);
}
END_TEST

static int yield_three_times(void *name)
{
    for (int i = 1; i <= 3; i++) {
        note("%s%d", (char *)name, i);
        ck_assert_int_eq(task_yield(), 0);
    }
    return 0;
}

static int yield_in_turns(void *unused)
{
    (void)unused;
    struct task_call calls[] = {{"a", yield_three_times, "a", 0}, {"b", yield_three_times, "b", 0},
        {"c", yield_three_times, "c", 0}};
    return task_gather(calls, 3);
}

START_TEST(yield_lets_the_others_run)
{
    ck_assert_int_eq(run_main(yield_in_turns, NULL), 0);
    expect_notes("a1 b1 c1 a2 b2 c2 a3 b3 c3");
}
END_TEST

static void set_done(void *done)
{
    *(bool *)done = true;
}

static int yield_for_a_timer(void *unused)
{
    (void)unused;
    bool done = false;
    loop_call_later(task_loop(), 0.002, set_done, &done);
    while (!done)
        ck_assert_int_eq(task_yield(), 0);
    return 0;
}

START_TEST(one_that_only_yields_does_not_keep_time_out)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    ck_assert_int_eq(task_run(&loop, "main", yield_for_a_timer, NULL), 0);
    close_loop(&loop);
}
END_TEST

int main(void)
{
    return run_suite("task",
        (struct test_group[]){
            {"running",
                (const TTest *const[]){the_result_of_the_first_task_is_returned,
                    a_task_knows_itself_and_its_loop, a_task_without_a_name_is_unnamed, NULL}},
            {"sleep",
                (const TTest *const[]){sleepers_wake_in_the_order_of_time, no_time_is_no_time,
                    a_real_sleep_is_long_enough, no_sleep_is_too_short, yield_lets_the_others_run,
                    one_that_only_yields_does_not_keep_time_out, NULL}},
            {NULL, NULL}});
}
