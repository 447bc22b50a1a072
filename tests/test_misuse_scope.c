/* Misuse of scopes ends the program with a message that names the mistake. */
#include "support_runtime.h"

static int do_nothing(void *data)
{
    (void)data;
    return 0;
}

static int leave_the_outer_scope_first(void *unused)
{
    (void)unused;
    struct scope outer, inner;
    scope_enter(&outer);
    scope_enter(&inner);
    return scope_leave(&outer, 0);
}

START_TEST(leaving_a_scope_that_is_not_innermost)
{
    aborts_with("task main: leaves a scope that is not its innermost", leave_the_outer_scope_first);
}
END_TEST

static int leave_it(void *scope)
{
    return scope_leave(scope, 0);
}

static int let_a_child_leave(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "child", leave_it, &scope);
    return scope_leave(&scope, scope_join(&scope));
}

START_TEST(leaving_another_tasks_scope)
{
    aborts_with("task child: scope_leave on a scope of task main", let_a_child_leave);
}
END_TEST

static int join_the_scope(void *scope)
{
    return scope_join(scope);
}

static int let_a_child_join(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "child", join_the_scope, &scope);
    return scope_leave(&scope, scope_join(&scope));
}

START_TEST(joining_another_tasks_scope)
{
    aborts_with("task child: scope_join on a scope of task main", let_a_child_join);
}
END_TEST

static int forget_to_leave(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    return 0;
}

START_TEST(ending_with_a_scope_open)
{
    aborts_with("task main: ended with a scope that was not left", forget_to_leave);
}
END_TEST

static int leave_it_twice(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    scope_leave(&scope, 0);
    return scope_leave(&scope, 0);
}

static int spawn_into_a_left_scope(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    scope_leave(&scope, 0);
    return scope_spawn(&scope, "late", do_nothing, NULL);
}

static int cancel_a_scope_that_was_never_entered(void *unused)
{
    (void)unused;
    struct scope scope = {0};
    scope_cancel(&scope);
    return 0;
}

static int join_a_scope_that_was_never_entered(void *unused)
{
    (void)unused;
    struct scope scope = {0};
    return scope_join(&scope);
}

START_TEST(using_a_scope_that_is_not_open)
{
    aborts_with(
        "task main: scope_leave on a scope that is not open: call scope_enter", leave_it_twice);
    aborts_with("task main: scope_spawn on a scope that is not open", spawn_into_a_left_scope);
    aborts_with(
        "task main: scope_join on a scope that is not open", join_a_scope_that_was_never_entered);
    aborts_with("task main: scope_cancel on a scope that is not open",
        cancel_a_scope_that_was_never_entered);
}
END_TEST

static int enter_it_twice(void *unused)
{
    (void)unused;
    struct scope scope, inner;
    scope_enter(&scope);
    scope_enter(&inner);
    scope_enter(&scope);
    return task_cancelled();
}

START_TEST(entering_a_scope_twice)
{
    aborts_with("task main: enters a scope that it is in", enter_it_twice);
}
END_TEST

int main(void)
{
    return run_suite(
        "misuse_scope", (struct test_group[]){
                            {"scope", (const TTest *const[]){leaving_a_scope_that_is_not_innermost,
                                          leaving_another_tasks_scope, joining_another_tasks_scope,
                                          ending_with_a_scope_open, using_a_scope_that_is_not_open,
                                          entering_a_scope_twice, NULL}},
                            {NULL, NULL}});
}
