/* What a scope returns: its children's failures, and its own cancellation. */
#include "common/task.h"

#include <math.h>

#include "support_runtime.h"

/*
 * Failures
 */

static int fail_with_siblings(void *unused)
{
    (void)unused;
    struct scope scope;
    struct failure failure = {.error = UV_EPIPE};
    scope_enter(&scope);
    scope_spawn(&scope, "sibling", wait_for_ever, "sibling");
    scope_spawn(&scope, "failing", fail_later, &failure);
    run_ready();
    future_set(&failure.when, 0);
    int error = wait_for_ever("opener");
    ck_assert_int_eq(scope.error, UV_EPIPE);
    return scope_leave(&scope, error);
}

START_TEST(a_failure_cancels_siblings_and_owner)
{
    ck_assert_int_eq(run_main(fail_with_siblings, NULL), UV_EPIPE);
    expect_notes("sibling:ECANCELED opener:ECANCELED");
}
END_TEST

static int fail_one_after_the_other(void *unused)
{
    (void)unused;
    struct scope scope;
    int first = UV_EPIPE, second = UV_EIO;
    scope_enter(&scope);
    scope_spawn(&scope, "first", return_number, &first);
    scope_spawn(&scope, "second", return_number, &second);
    return scope_leave(&scope, scope_join(&scope));
}

START_TEST(the_first_failure_counts)
{
    keep_order();
    ck_assert_int_eq(run_main(fail_one_after_the_other, NULL), UV_EPIPE);
}
END_TEST

static void note_half(void *unused)
{
    (void)unused;
    note("half");
}

static int join_with_a_slow_sibling(void *unused)
{
    (void)unused;
    struct scope scope;
    struct failure failure = {.error = UV_EPIPE};
    scope_enter(&scope);
    scope_spawn(&scope, "slow", clean_up_for_a_second, "slow");
    scope_spawn(&scope, "failing", fail_later, &failure);
    future_set(&failure.when, 0);
    loop_call_later(task_loop(), 0.5, note_half, NULL);
    ck_assert_int_eq(scope_join(&scope), UV_EPIPE);
    ck_assert_uint_eq(scope.running, 0); /* all have ended, also after a failure */
    note("joined");
    return scope_leave(&scope, 0);
}

static int advance_time_meanwhile(void *unused)
{
    (void)unused;
    struct scope scope;
    int result = 0;
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "joiner", join_with_a_slow_sibling, NULL);
    run_ready();
    advance(1);
    expect_notes("slow:ECANCELED half slow:clean joined");
    ck_assert_int_eq(task_join(task, &result), 0);
    ck_assert_int_eq(result, UV_EPIPE);
    return scope_leave(&scope, 0);
}

START_TEST(after_a_failure_join_waits_for_the_siblings)
{
    ck_assert_int_eq(run_main(advance_time_meanwhile, NULL), UV_EPIPE);
}
END_TEST

static int end_well(void *unused)
{
    (void)unused;
    struct scope scope;
    int cancelled = UV_ECANCELED, positive = 7;
    scope_enter(&scope);
    scope_spawn(&scope, "sibling", note_and_yield, "sibling");
    scope_spawn(&scope, "cancelled", return_number, &cancelled);
    scope_spawn(&scope, "positive", return_number, &positive);
    return scope_leave(&scope, scope_join(&scope));
}

START_TEST(cancelled_or_positive_results_are_no_failure)
{
    ck_assert_int_eq(run_main(end_well, NULL), 0);
    expect_notes("sibling sibling");
}
END_TEST

static int fail_inside(void *unused)
{
    (void)unused;
    struct scope outer, inner;
    struct failure failure = {.error = UV_EPIPE};
    scope_enter(&outer);
    scope_spawn(&outer, "failing", fail_later, &failure);
    scope_enter(&inner);
    scope_spawn(&inner, "inner", wait_for_ever, "inner");
    run_ready();
    future_set(&failure.when, 0);
    int error = scope_join(&inner);
    ck_assert_int_eq(error, UV_ECANCELED);
    error = scope_leave(&inner, error);
    ck_assert_int_eq(error, UV_ECANCELED); /* the outer scope will return the cause */
    return scope_leave(&outer, error);
}

START_TEST(a_failure_has_effect_in_inner_scopes)
{
    ck_assert_int_eq(run_main(fail_inside, NULL), UV_EPIPE);
    expect_notes("inner:ECANCELED");
}
END_TEST

/*
 * The result of scope_leave
 */

struct leaving {
    int body;  /* the result of the body */
    int child; /* the result of the child, which ends before the scope is left */
    int left;  /* the expected result of scope_leave */
};

static int leave_as_told(void *argument)
{
    struct leaving *leaving = argument;
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "child", return_number, &leaving->child);
    run_ready();
    return scope_leave(&scope, leaving->body);
}

START_TEST(leave_returns_the_bodys_or_a_childs_result)
{
    static struct leaving leavings[] = {
        {0, 0, 0},
        {3, 0, 3},
        {UV_EIO, 0, UV_EIO},
        {0, UV_EPIPE, UV_EPIPE},
        {3, UV_EPIPE, UV_EPIPE}, /* a result does not hide an error */
        {UV_EIO, UV_EPIPE, UV_EIO},
        {UV_ECANCELED, UV_EPIPE, UV_EPIPE}, /* the child's error was the cause */
        {UV_ECANCELED, 0, UV_ECANCELED},
        {UV_ETIMEDOUT, UV_EPIPE, UV_ETIMEDOUT},
        {0, UV_ECANCELED, 0},
    };
    for (size_t i = 0; i < sizeof(leavings) / sizeof(*leavings); i++)
        ck_assert_int_eq(run_main(leave_as_told, &leavings[i]), leavings[i].left);
}
END_TEST

static int fail_when_cancelled(void *unused)
{
    (void)unused;
    task_sleep(INFINITY);
    return UV_EPIPE;
}

static int leave_before_a_failure(void *body)
{
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "child", fail_when_cancelled, NULL);
    run_ready();
    return scope_leave(&scope, *(int *)body);
}

START_TEST(a_failure_while_leaving_counts_too)
{
    int body = 0;
    ck_assert_int_eq(run_main(leave_before_a_failure, &body), UV_EPIPE);
    body = UV_EIO;
    ck_assert_int_eq(run_main(leave_before_a_failure, &body), UV_EIO);
    body = UV_ECANCELED; /* no failure, so it does not hide the child's */
    ck_assert_int_eq(run_main(leave_before_a_failure, &body), UV_EPIPE);
}
END_TEST

/*
 * A scope that is cancelled from inside: the first answer is enough
 */

static int win(void *scope)
{
    scope_cancel(scope);
    return 0;
}

static int race(void)
{
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "winner", win, &scope);
    scope_spawn(&scope, "loser", wait_for_ever, "loser");
    return scope_leave(&scope, scope_join(&scope));
}

static int race_twice(void *unused)
{
    (void)unused;
    ck_assert_int_eq(race(), 0);
    ck_assert_int_eq(race(), 0);
    task_cancel(task_current());
    return race();
}

START_TEST(a_scope_absorbs_its_own_cancellation)
{
    ck_assert_int_eq(run_main(race_twice, NULL), UV_ECANCELED);
}
END_TEST

static int wait_and_fail(void *argument)
{
    wait_for_ever(argument);
    return UV_EIO;
}

static int own_a_child_that_fails_in_its_cleanup(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "child", wait_and_fail, "child");
    return scope_leave(&scope, wait_for_ever("owner"));
}

static int cancel_a_task_whose_child_fails(void *unused)
{
    (void)unused;
    struct scope scope;
    int result;
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "owner", own_a_child_that_fails_in_its_cleanup, NULL);
    run_ready();
    task_cancel(task);
    ck_assert_int_eq(task_join(task, &result), 0);
    ck_assert_int_eq(result, UV_EIO);
    ck_assert_int_eq(scope_leave(&scope, 0), UV_EIO);
    scope_enter_until(&scope, 0);
    scope_spawn(&scope, "child", wait_and_fail, "child");
    return scope_leave(&scope, wait_for_ever("late"));
}

START_TEST(a_failure_in_a_cleanup_is_no_cancellation)
{
    ck_assert_int_eq(run_main(cancel_a_task_whose_child_fails, NULL), UV_EIO);
}
END_TEST

int main(void)
{
    return run_suite("scope_result",
        (struct test_group[]){
            {"failure", (const TTest *const[]){a_failure_cancels_siblings_and_owner,
                            the_first_failure_counts, after_a_failure_join_waits_for_the_siblings,
                            cancelled_or_positive_results_are_no_failure,
                            a_failure_has_effect_in_inner_scopes, NULL}},
            {"results",
                (const TTest *const[]){leave_returns_the_bodys_or_a_childs_result,
                    a_failure_while_leaving_counts_too, a_scope_absorbs_its_own_cancellation,
                    a_failure_in_a_cleanup_is_no_cancellation, NULL}},
            {NULL, NULL}});
}
