/* Deadlines of scopes. */
#include "support_runtime.h"

/*
 * Deadlines
 */

START_TEST(at_the_deadline_owner_and_children_are_told)
{
    ck_assert_int_eq(run_for(3, miss_a_deadline), UV_ETIMEDOUT);
    expect_notes("1 2 child:ECANCELED owner:ETIMEDOUT ETIMEDOUT ETIMEDOUT 3");
}
END_TEST

static int keep_a_deadline(void *unused)
{
    (void)unused;
    struct scope scope;
    ck_assert_int_eq(scope_enter_until(&scope, from_now(2)), 0);
    ck_assert_int_eq(task_sleep(1), 0);
    ck_assert_int_eq(scope_leave(&scope, 0), 0);
    note_result(task_sleep(3));
    return 0;
}

START_TEST(one_that_is_kept_is_not_felt)
{
    ck_assert_int_eq(run_for(5, keep_a_deadline), 0);
    expect_notes("1 2 3 4 0 5");
}
END_TEST

static int wait_without_a_deadline(void *unused)
{
    (void)unused;
    struct scope scope;
    ck_assert_int_eq(scope_enter_until(&scope, UINT64_MAX), 0);
    note_result(task_sleep(3));
    return scope_leave(&scope, 0);
}

START_TEST(the_last_moment_of_all_is_none)
{
    ck_assert_int_eq(run_for(4, wait_without_a_deadline), 0);
    expect_notes("1 2 3 0 4");
}
END_TEST

static int wait_again_and_again(void *unused)
{
    (void)unused;
    struct scope scope;
    int error = 0;
    ck_assert_int_eq(scope_enter_until(&scope, from_now(3.5)), 0);
    while (!error) {
        error = task_sleep(1);
        note_result(error);
    }
    return scope_leave(&scope, error);
}

START_TEST(waits_do_not_move_it)
{
    ck_assert_int_eq(run_for(5, wait_again_and_again), UV_ETIMEDOUT);
    expect_notes("1 0 2 0 3 0 4 ETIMEDOUT 5");
}
END_TEST

static int look_just_before(void *unused)
{
    (void)unused;
    struct scope scope;
    ck_assert_int_eq(scope_enter_until(&scope, from_now(2)), 0);
    advance(1.999);
    ck_assert_int_eq(task_cancelled(), 0);
    advance(0.001);
    return scope_leave(&scope, task_cancelled());
}

START_TEST(it_passes_to_the_millisecond)
{
    ck_assert_int_eq(run_main(look_just_before, NULL), UV_ETIMEDOUT);
}
END_TEST

static int begin_too_late(void *unused)
{
    (void)unused;
    struct scope scope;
    ck_assert_int_eq(scope_enter_until(&scope, from_now(0)), 0);
    return scope_leave(&scope, wait_for_ever("owner"));
}

START_TEST(one_that_has_passed_is_felt_at_once)
{
    ck_assert_int_eq(run_for(0, begin_too_late), UV_ETIMEDOUT);
    expect_notes("owner:ETIMEDOUT");
}
END_TEST

static int nest_deadlines(void *unused)
{
    (void)unused;
    struct scope outer, inner;
    ck_assert_int_eq(scope_enter_until(&outer, from_now(2)), 0);
    ck_assert_int_eq(scope_enter_until(&inner, from_now(1)), 0);
    int error = wait_for_ever("inner");
    note_result(scope_leave(&inner, error));
    error = wait_for_ever("outer"); /* the inner one's is over, the outer one's not yet */
    return scope_leave(&outer, error);
}

START_TEST(an_inner_one_may_be_sooner)
{
    ck_assert_int_eq(run_for(3, nest_deadlines), UV_ETIMEDOUT);
    expect_notes("1 inner:ETIMEDOUT ETIMEDOUT 2 outer:ETIMEDOUT 3");
}
END_TEST

static int nest_a_later_one(void *unused)
{
    (void)unused;
    struct scope outer, inner;
    ck_assert_int_eq(scope_enter_until(&outer, from_now(1)), 0);
    ck_assert_int_eq(scope_enter_until(&inner, from_now(5)), 0);
    scope_spawn(&inner, "child", wait_for_ever, "child");
    int error = wait_for_ever("inner");
    error = scope_leave(&inner, error);
    note_result(error);
    note_result(task_yield());
    return scope_leave(&outer, error);
}

START_TEST(an_outer_one_is_felt_inside)
{
    ck_assert_int_eq(run_for(2, nest_a_later_one), UV_ETIMEDOUT);
    expect_notes("1 inner:ECANCELED child:ECANCELED ECANCELED ETIMEDOUT 2");
}
END_TEST

/* A deadline for each try, and one for all. */
static int retry_three_times(void *unused)
{
    (void)unused;
    struct scope all, one;
    int error;
    scope_enter_for(&all, 5);
    do {
        scope_enter_for(&one, 2);
        error = scope_leave(&one, wait_for_ever("try"));
        note("%d%d", scope_timed_out(&one), scope_timed_out(&all));
    } while (error == UV_ETIMEDOUT);
    ck_assert_int_eq(error, UV_ECANCELED);
    error = scope_leave(&all, error);
    ck_assert(scope_timed_out(&all));
    note_result(error);
    return error;
}

START_TEST(an_outer_one_is_told_from_an_inner_one)
{
    run_for(5, retry_three_times);
    expect_notes("1 2 try:ETIMEDOUT 10 3 4 try:ETIMEDOUT 10 5 try:ECANCELED 01 ETIMEDOUT");
}
END_TEST

/* They compute, and ask task_cancelled, which finds what no timer has told them yet. */
static int ask_in_a_scope(void *unused)
{
    (void)unused;
    struct scope scope, shield;
    scope_enter_for(&scope, 1);
    note_result(task_cancelled());
    loop_clock_advance(task_loop(), 1);
    scope_enter_shielded(&shield, 10);
    note_result(task_cancelled());
    scope_leave(&shield, 0);
    note_result(task_cancelled());
    ck_assert(scope_timed_out(&scope));
    note_result(scope_leave(&scope, task_cancelled()));
    note_result(task_cancelled());
    return 0;
}

static int ask_as_a_child(void *seconds)
{
    loop_clock_advance(task_loop(), *(double *)seconds);
    note_result(task_cancelled());
    return 0;
}

static int have_a_child_that_asks(void *unused)
{
    (void)unused;
    struct scope outer, inner;
    double early = 0.5, late = 1;
    scope_enter_for(&outer, 1);
    scope_enter(&inner);
    scope_spawn(&inner, "early", ask_as_a_child, &early);
    scope_spawn(&inner, "late", ask_as_a_child, &late);
    scope_spawn(&inner, "later", ask_as_a_child, &late); /* its parent has not run since */
    note_result(scope_leave(&inner, scope_join(&inner)));
    note_result(scope_leave(&outer, task_cancelled()));
    return 0;
}

START_TEST(work_that_asks_finds_its_deadline)
{
    keep_order();
    ck_assert_int_eq(run_main(ask_in_a_scope, NULL), 0);
    expect_notes("0 0 ETIMEDOUT ETIMEDOUT 0");
    ck_assert_int_eq(run_main(have_a_child_that_asks, NULL), 0);
    expect_notes("0 ECANCELED ECANCELED ECANCELED ETIMEDOUT");
}
END_TEST

static int cancel_and_ask(void *parent)
{
    task_cancel(parent);
    note_result(task_cancelled());
    return 0;
}

static int cancel_outer_and_ask(void *outer)
{
    scope_cancel(outer);
    note_result(task_cancelled());
    return 0;
}

static int have_children_that_cancel(void *unused)
{
    (void)unused;
    struct scope outer, inner;
    scope_enter(&outer);
    scope_enter(&inner);
    scope_spawn(&inner, "child", cancel_outer_and_ask, &outer);
    note_result(scope_leave(&outer, scope_leave(&inner, scope_join(&inner))));
    scope_enter(&inner);
    scope_spawn(&inner, "child", cancel_and_ask, task_current());
    return scope_leave(&inner, scope_join(&inner));
}

START_TEST(work_that_asks_finds_what_its_parent_has_not_passed_on)
{
    ck_assert_int_eq(run_main(have_children_that_cancel, NULL), UV_ECANCELED);
    expect_notes("ECANCELED 0 ECANCELED");
}
END_TEST

static int have_both(void *unused)
{
    (void)unused;
    struct scope scope;
    ck_assert_int_eq(scope_enter_until(&scope, from_now(1)), 0);
    int error = wait_for_ever("first");
    task_cancel(task_current());
    wait_for_ever("inside");
    error = scope_leave(&scope, error);
    ck_assert_int_eq(error, UV_ECANCELED); /* it passes through the scope */
    return wait_for_ever("outside");
}

START_TEST(the_innermost_reason_is_told)
{
    ck_assert_int_eq(run_for(1, have_both), UV_ECANCELED);
    expect_notes("1 first:ETIMEDOUT inside:ETIMEDOUT outside:ECANCELED");
}
END_TEST

static int cancel_before_the_deadline(void *unused)
{
    (void)unused;
    struct scope scope;
    ck_assert_int_eq(scope_enter_until(&scope, from_now(1)), 0);
    scope_cancel(&scope);
    wait_for_ever("before");
    struct scope shield;
    ck_assert_int_eq(scope_enter_shielded(&shield, 10), 0);
    ck_assert_int_eq(task_sleep(2), 0); /* the deadline passes */
    ck_assert_int_eq(scope_leave(&shield, 0), 0);
    wait_for_ever("after");
    return scope_leave(&scope, 0);
}

START_TEST(the_first_reason_of_a_scope_stays)
{
    ck_assert_int_eq(run_for(2, cancel_before_the_deadline), 0);
    expect_notes("before:ECANCELED 1 2 after:ECANCELED");
}
END_TEST

int main(void)
{
    return run_suite("deadline",
        (struct test_group[]){
            {"deadline", (const TTest *const[]){at_the_deadline_owner_and_children_are_told,
                             one_that_is_kept_is_not_felt, the_last_moment_of_all_is_none,
                             waits_do_not_move_it, it_passes_to_the_millisecond,
                             one_that_has_passed_is_felt_at_once, NULL}},
            {"nested",
                (const TTest *const[]){an_inner_one_may_be_sooner, an_outer_one_is_felt_inside,
                    an_outer_one_is_told_from_an_inner_one, work_that_asks_finds_its_deadline,
                    work_that_asks_finds_what_its_parent_has_not_passed_on,
                    the_innermost_reason_is_told, the_first_reason_of_a_scope_stays, NULL}},
            {NULL, NULL}});
}
