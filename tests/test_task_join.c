/* Joining tasks. */
#include "common/task.h"

#include "common/task/state.h"
#include "support_runtime.h"

static int sleep_then_five(void *unused)
{
    (void)unused;
    int error = task_sleep(1);
    return error ? error : 5;
}

static int join_both_ways(void *unused)
{
    (void)unused;
    struct scope scope;
    int result = 0, number = 3;
    scope_enter(&scope);
    struct task *slow = spawn_held(&scope, "slow", sleep_then_five, NULL);
    struct task *ended = spawn_held(&scope, "ended", return_number, &number);
    ck_assert_str_eq(task_name(slow), "slow");
    run_ready();
    ck_assert_str_eq(task_name(ended), "ended"); /* the handle outlives the task */
    ck_assert_int_eq(task_join(ended, &result), 0);
    ck_assert_int_eq(result, 3);
    loop_clock_advance(task_loop(), 1);
    ck_assert_int_eq(task_join(slow, &result), 0);
    ck_assert_int_eq(result, 5);
    struct task *ignored = spawn_held(&scope, "ignored", return_number, &number);
    ck_assert_int_eq(task_join(ignored, NULL), 0);
    ck_assert(TAILQ_EMPTY(&scope.children)); /* each was freed */
    return scope_leave(&scope, 0);
}

START_TEST(join_gives_the_result)
{
    ck_assert_int_eq(run_main(join_both_ways, NULL), 0);
}
END_TEST

static int fail_with_eio(void *unused)
{
    (void)unused;
    return UV_EIO;
}

static int join_a_failed_one(void *unused)
{
    (void)unused;
    struct scope scope;
    int result = 0;
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "failing", fail_with_eio, NULL);
    /* The result came first, so this still works; then its failure is felt. */
    ck_assert_int_eq(task_join(task, &result), 0);
    ck_assert_int_eq(result, UV_EIO);
    ck_assert_int_eq(task_yield(), UV_ECANCELED);
    return scope_leave(&scope, UV_ECANCELED);
}

START_TEST(join_gives_the_error_too)
{
    ck_assert_int_eq(run_main(join_a_failed_one, NULL), UV_EIO);
}
END_TEST

struct joining {
    struct task *joined;
    int result;
};

static int join_for_others(void *argument)
{
    struct joining *joining = argument;
    return task_join(joining->joined, &joining->result);
}

static int let_another_join(void *unused)
{
    (void)unused;
    struct scope scope;
    struct joining first = {0}, second = {0};
    scope_enter(&scope);
    struct task *slow = spawn_held(&scope, "slow", sleep_then_five, NULL);
    first.joined = second.joined = slow;
    struct task *joiner = spawn_held(&scope, "first", join_for_others, &first);
    run_ready();
    task_cancel(joiner);
    run_ready();
    /* Its join was cancelled, so the handle is still held and may be joined again. */
    scope_spawn(&scope, "second", join_for_others, &second);
    advance(1);
    ck_assert_int_eq(second.result, 5);
    ck_assert_int_eq(task_join(joiner, &first.result), 0);
    ck_assert_int_eq(first.result, UV_ECANCELED);
    return scope_leave(&scope, 0);
}

START_TEST(another_may_join_and_a_cancelled_join_lets_others)
{
    ck_assert_int_eq(run_main(let_another_join, NULL), 0);
}
END_TEST

/* Counts the task unless it is among the first so many. */
static void count_new(struct task **tasks, size_t *count, struct task *task)
{
    for (size_t i = 0; i < *count; i++)
        if (tasks[i] == task)
            return;
    tasks[(*count)++] = task;
}

/* The memory of old handles is used again, but not at once: a mistake in their use is named. */
static int spawn_and_leave_handles(void *unused)
{
    (void)unused;
    int number = 1;
    struct task *tasks[600];
    size_t count = 0;
    for (int i = 0; i < 300; i++) {
        struct scope scope;
        scope_enter(&scope);
        count_new(tasks, &count, spawn_held(&scope, "ended", return_number, &number));
        run_ready();
        count_new(tasks, &count, spawn_held(&scope, "not ended", sleep_then_five, NULL));
        ck_assert_int_eq(scope_leave(&scope, 0), 0);
    }
    ck_assert_uint_ge(count, STALE);
    ck_assert_uint_le(count, STALE + 2);
    ck_assert_uint_eq(task_pool_of(task_loop())->live, 1);
    return 0;
}

START_TEST(leaving_the_scope_releases_handles)
{
    ck_assert_int_eq(run_main(spawn_and_leave_handles, NULL), 0);
}
END_TEST

int main(void)
{
    return run_suite("task_join",
        (struct test_group[]){
            {"join", (const TTest *const[]){join_gives_the_result, join_gives_the_error_too,
                         another_may_join_and_a_cancelled_join_lets_others,
                         leaving_the_scope_releases_handles, NULL}},
            {NULL, NULL}});
}
