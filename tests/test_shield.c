/* Cleanup that is shielded from cancellation. */
#include "support_runtime.h"

#include <stdlib.h>

static int clean_up(double needed, double allowed)
{
    struct scope shield;
    ck_assert_int_eq(scope_enter_shielded(&shield, allowed), 0);
    ck_assert_int_eq(task_cancelled(), 0);
    int error = task_sleep(needed);
    note_result(error);
    return scope_leave(&shield, error);
}

static int clean_up_in_time(void *unused)
{
    (void)unused;
    task_cancel(task_current());
    ck_assert_int_eq(clean_up(2, 5), 0);
    return wait_for_ever("after");
}

START_TEST(inside_a_shield_a_cancellation_is_not_felt)
{
    ck_assert_int_eq(run_for(3, clean_up_in_time), UV_ECANCELED);
    expect_notes("1 2 0 after:ECANCELED 3");
}
END_TEST

static int clean_up_for_too_long(void *unused)
{
    (void)unused;
    task_cancel(task_current());
    int error = clean_up(10, 2);
    ck_assert_int_eq(error, UV_ETIMEDOUT);
    return error;
}

START_TEST(a_shield_holds_only_so_long)
{
    ck_assert_int_eq(run_for(3, clean_up_for_too_long), UV_ETIMEDOUT);
    expect_notes("1 2 ETIMEDOUT 3");
}
END_TEST

static void run_it(void *function)
{
    run_for(3, *(int (**)(void *))function);
}

START_TEST(who_takes_too_long_is_named)
{
    int (*silent[])(void *) = {clean_up_in_time, miss_a_deadline}; /* no shield gives way */
    int (*too_long)(void *) = clean_up_for_too_long;
    char *errors;
    ck_assert_int_eq(run_apart(run_it, &too_long, &errors), 0);
    ck_assert_str_eq(errors, "task child: its cleanup takes longer than 2 s, and is cut short\n");
    free(errors);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(run_apart(run_it, &silent[i], &errors), 0);
        ck_assert_str_eq(errors, "");
        free(errors);
    }
}
END_TEST

static int shield_from_deadlines(void *unused)
{
    (void)unused;
    struct scope scope;
    ck_assert_int_eq(scope_enter_until(&scope, from_now(1)), 0);
    int error = clean_up(2, 5);
    ck_assert_int_eq(error, 0);
    error = wait_for_ever("after");
    return scope_leave(&scope, error);
}

START_TEST(inside_a_shield_an_outer_deadline_is_not_felt)
{
    ck_assert_int_eq(run_for(3, shield_from_deadlines), UV_ETIMEDOUT);
    expect_notes("1 2 0 after:ETIMEDOUT 3");
}
END_TEST

static int use_scopes_in_a_shield(void *unused)
{
    (void)unused;
    struct scope shield, inner;
    task_cancel(task_current());
    ck_assert_int_eq(scope_enter_shielded(&shield, 9), 0);
    ck_assert_int_eq(scope_enter_until(&inner, from_now(1)), 0);
    scope_spawn(&inner, "child", wait_for_ever, "child");
    note_result(task_sleep(2)); /* the inner one's own deadline is felt */
    note_result(scope_leave(&inner, 0));
    note_result(task_sleep(1));
    scope_cancel(&shield);
    note_result(task_sleep(1)); /* and so is the shield's own end */
    return scope_leave(&shield, 0);
}

START_TEST(what_is_cancelled_inside_is_felt_inside)
{
    ck_assert_int_eq(run_for(3, use_scopes_in_a_shield), 0);
    expect_notes("1 child:ECANCELED ETIMEDOUT 0 2 0 ECANCELED 3");
}
END_TEST

static int sleep_and_note(void *name)
{
    int error = task_sleep(1);
    note("%s:%s", (char *)name, error ? uv_err_name(error) : "0");
    return error;
}

static int shield_children(void *unused)
{
    (void)unused;
    struct scope scope, shield;
    ck_assert_int_eq(scope_enter_until(&scope, from_now(0.5)), 0);
    scope_spawn(&scope, "outside", sleep_and_note, "outside");
    ck_assert_int_eq(scope_enter_shielded(&shield, 5), 0);
    scope_spawn(&shield, "inside", sleep_and_note, "inside");
    note_result(scope_join(&shield));
    ck_assert_int_eq(scope_leave(&shield, 0), 0);
    return scope_leave(&scope, 0);
}

START_TEST(a_shield_is_the_childrens_too)
{
    ck_assert_int_eq(run_for(2, shield_children), 0);
    expect_notes("1 outside:ECANCELED inside:0 0 2");
}
END_TEST

int main(void)
{
    return run_suite("shield",
        (struct test_group[]){
            {"shield",
                (const TTest *const[]){inside_a_shield_a_cancellation_is_not_felt,
                    a_shield_holds_only_so_long, who_takes_too_long_is_named,
                    inside_a_shield_an_outer_deadline_is_not_felt,
                    what_is_cancelled_inside_is_felt_inside, a_shield_is_the_childrens_too, NULL}},
            {NULL, NULL}});
}
