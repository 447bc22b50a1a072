/* Scopes: spawning into them, joining and leaving them. */
#include "common/task.h"

#include <math.h>

#include "support_runtime.h"

/*
 * Spawning
 */

static int spawn_in_order(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "a", note_and_yield, "a");
    scope_spawn(&scope, "b", note_and_yield, "b");
    note("main");
    ck_assert_uint_eq(scope.running, 2);
    ck_assert_int_eq(scope_join(&scope), 0);
    note("joined");
    ck_assert_int_eq(scope_join(&scope), 0); /* no child is left */
    scope_spawn(&scope, "c", note_and_yield, "c");
    ck_assert_int_eq(scope_join(&scope), 0);
    return scope_leave(&scope, 0);
}

START_TEST(children_start_when_their_parent_waits)
{
    ck_assert_int_eq(run_main(spawn_in_order, NULL), 0);
    expect_notes("main a b a b joined c c");
}
END_TEST

static int spawn_a_sibling(void *scope)
{
    note("child");
    return scope_spawn(scope, "sibling", note_and_yield, "sibling");
}

static int let_a_child_spawn(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "child", spawn_a_sibling, &scope);
    ck_assert_int_eq(scope_join(&scope), 0);
    return scope_leave(&scope, 0);
}

START_TEST(a_child_may_spawn_its_siblings)
{
    ck_assert_int_eq(run_main(let_a_child_spawn, NULL), 0);
    expect_notes("child sibling sibling");
}
END_TEST

static void spawn_from_outside(void *scope)
{
    ck_assert_ptr_null(task_current());
    ck_assert_int_eq(scope_spawn(scope, "late", note_and_yield, "late"), 0);
}

static int let_a_callback_spawn(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    loop_call_later(task_loop(), 1, spawn_from_outside, &scope);
    run_ready();
    expect_notes("");
    advance(1);
    expect_notes("late late");
    return scope_leave(&scope, 0);
}

START_TEST(a_callback_may_spawn)
{
    ck_assert_int_eq(run_main(let_a_callback_spawn, NULL), 0);
}
END_TEST

static int spawn_into_cancelled_scopes(void *unused)
{
    (void)unused;
    struct scope scope, late;
    int number = 0;
    scope_enter(&scope);
    scope_cancel(&scope);
    ck_assert_int_eq(scope_spawn(&scope, "refused", return_number, &number), UV_ECANCELED);
    ck_assert_uint_eq(scope.running, 0);
    ck_assert_int_eq(scope_leave(&scope, 0), 0);
    ck_assert_int_eq(scope_enter_until(&late, loop_now(task_loop())), 0);
    ck_assert_int_eq(task_sleep(1), UV_ETIMEDOUT);
    ck_assert_int_eq(scope_spawn(&late, "refused", return_number, &number), UV_ETIMEDOUT);
    return scope_leave(&late, 0);
}

START_TEST(a_cancelled_scope_refuses_children)
{
    ck_assert_int_eq(run_main(spawn_into_cancelled_scopes, NULL), 0);
}
END_TEST

/*
 * Joining and leaving
 */

static int leave_with_children(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "a", wait_for_ever, "a");
    scope_spawn(&scope, "b", wait_for_ever, "b");
    run_ready();
    ck_assert_int_eq(scope_leave(&scope, 0), 0);
    note("left");
    ck_assert_int_eq(task_yield(), 0); /* the cancelled scope was left */
    return 0;
}

START_TEST(leaving_cancels_and_waits)
{
    ck_assert_int_eq(run_main(leave_with_children, NULL), 0);
    expect_notes("b:ECANCELED a:ECANCELED left");
}
END_TEST

static int leave_slowly(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "slow", clean_up_for_a_second, "slow");
    int error = task_sleep(INFINITY);
    error = scope_leave(&scope, error);
    note("left");
    return error;
}

static int cancel_while_leaving(void *unused)
{
    (void)unused;
    struct scope scope;
    int result = 0;
    scope_enter(&scope);
    struct task *leaver = spawn_held(&scope, "leaver", leave_slowly, NULL);
    run_ready();
    task_cancel(leaver);
    run_ready();
    expect_notes("slow:ECANCELED");
    task_cancel(leaver);
    run_ready();
    expect_notes("");
    advance(1);
    expect_notes("slow:clean left");
    ck_assert_int_eq(task_join(leaver, &result), 0);
    ck_assert_int_eq(result, UV_ECANCELED);
    return scope_leave(&scope, 0);
}

START_TEST(leaving_cannot_be_cancelled)
{
    ck_assert_int_eq(run_main(cancel_while_leaving, NULL), 0);
}
END_TEST

static int leave_a_nested_scope(void *unused)
{
    (void)unused;
    struct scope outer, inner;
    scope_enter(&outer);
    scope_spawn(&outer, "outer", wait_for_ever, "outer");
    scope_enter(&inner);
    scope_spawn(&inner, "inner", wait_for_ever, "inner");
    run_ready();
    ck_assert_int_eq(scope_leave(&inner, 0), 0);
    expect_notes("inner:ECANCELED");
    ck_assert_int_eq(scope_leave(&outer, 0), 0);
    expect_notes("outer:ECANCELED");
    return 0;
}

START_TEST(an_inner_scope_does_not_affect_the_outer_one)
{
    ck_assert_int_eq(run_main(leave_a_nested_scope, NULL), 0);
}
END_TEST

static int cancel_own_scope(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "child", wait_for_ever, "child");
    run_ready();
    scope_cancel(&scope);
    ck_assert_int_eq(task_cancelled(), UV_ECANCELED);
    ck_assert_int_eq(task_sleep(1), UV_ECANCELED);
    run_ready();
    ck_assert_int_eq(
        scope_join(&scope), 0); /* the child has ended, and its cancellation is no failure */
    ck_assert_int_eq(scope_leave(&scope, 0), 0);
    ck_assert_int_eq(task_cancelled(), 0);
    ck_assert_int_eq(task_yield(), 0);
    return 0;
}

START_TEST(a_cancelled_scope_has_effect_only_inside)
{
    ck_assert_int_eq(run_main(cancel_own_scope, NULL), 0);
    expect_notes("child:ECANCELED");
}
END_TEST

struct owner {
    struct scope scope; /* opened by its task */
    struct future go;
};

static int end_at_go(void *argument)
{
    return future_wait(&((struct owner *)argument)->go, NULL);
}

static int own_a_scope(void *argument)
{
    struct owner *owner = argument;
    scope_enter(&owner->scope);
    scope_spawn(&owner->scope, "last", end_at_go, owner);
    ck_assert_int_eq(scope_join(&owner->scope), 0);
    ck_assert_uint_eq(owner->scope.running, 0);
    note("joined");
    return scope_leave(&owner->scope, 0);
}

static int note_once(void *name)
{
    note("%s", (char *)name);
    return 0;
}

static int spawn_at_go(void *argument)
{
    struct owner *owner = argument;
    future_wait(&owner->go, NULL);
    return scope_spawn(&owner->scope, "later", note_once, "later");
}

/* The last child ends and wakes the owner, but another child is spawned before the owner runs. With
 * LOOP_SEED it may also have ended by then. */
static int spawn_before_the_joiner_runs(void *unused)
{
    (void)unused;
    struct scope scope;
    struct owner owner = {0};
    scope_enter(&scope);
    scope_spawn(&scope, "owner", own_a_scope, &owner);
    run_ready();
    scope_spawn(&scope, "spawner", spawn_at_go, &owner);
    run_ready();
    future_set(&owner.go, 0);
    return scope_leave(&scope, scope_join(&scope));
}

START_TEST(join_waits_for_children_spawned_meanwhile)
{
    ck_assert_int_eq(run_main(spawn_before_the_joiner_runs, NULL), 0);
    expect_notes("later joined");
}
END_TEST

int main(void)
{
    return run_suite("scope",
        (struct test_group[]){
            {"spawn", (const TTest *const[]){children_start_when_their_parent_waits,
                          a_child_may_spawn_its_siblings, a_callback_may_spawn,
                          a_cancelled_scope_refuses_children, NULL}},
            {"leave", (const TTest *const[]){leaving_cancels_and_waits, leaving_cannot_be_cancelled,
                          an_inner_scope_does_not_affect_the_outer_one,
                          a_cancelled_scope_has_effect_only_inside,
                          join_waits_for_children_spawned_meanwhile, NULL}},
            {NULL, NULL}});
}
