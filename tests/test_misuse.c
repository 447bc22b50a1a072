/* Mistakes in how the library is used end the program, and the message says which. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "common/executor.h"
#include "common/task_state.h"
#include "support_runtime.h"

/*
 * Outside a task
 */

static void sleep_outside(void)
{
    task_sleep(1);
}

static void yield_outside(void)
{
    task_yield();
}

static void ask_outside(void)
{
    task_cancelled();
}

static void loop_outside(void)
{
    task_loop();
}

static void enter_outside(void)
{
    struct scope scope;
    scope_enter(&scope);
}

static void shield_outside(void)
{
    struct scope scope;
    scope_enter_shielded(&scope, 1);
}

static void future_outside(void)
{
    struct future future = {0};
    future_wait(&future, NULL);
}

static void gather_outside(void)
{
    task_gather(NULL, 0);
}

static int do_nothing(void *data)
{
    (void)data;
    return 0;
}

static void executor_outside(void)
{
    executor_run("work", do_nothing, NULL, 0);
}

/* Not in a task, be it that a loop runs. */
static void call_in_a_callback(void *function)
{
    (*(void (**)(void))function)();
}

static void call_in_a_loop(void *function)
{
    uv_loop_t loop;
    if (loop_init(&loop) || loop_call_soon(&loop, call_in_a_callback, function))
        return;
    loop_run(&loop);
}

START_TEST(waiting_outside_a_task)
{
    static void (*const functions[])(void) = {sleep_outside, yield_outside, ask_outside,
        loop_outside, enter_outside, shield_outside, future_outside, gather_outside,
        executor_outside};
    static const char *const names[] = {"task_sleep", "task_yield", "task_cancelled", "task_loop",
        "scope_enter", "scope_enter_shielded", "future", "scope_enter", ""};
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        char *errors, expected[100];
        void (*function)(void) = functions[i];
        int status = run_apart(i % 2 ? call_in_a_loop : call_in_a_callback, &function, &errors);
        ck_assert_int_eq(status, 128 + SIGABRT);
        snprintf(expected, sizeof expected, "%s was called outside a task\n", names[i]);
        ck_assert_ptr_nonnull(strstr(errors, expected));
        free(errors);
    }
}
END_TEST

/*
 * Tasks
 */

static int join_oneself(void *unused)
{
    (void)unused;
    return task_join(task_current(), NULL);
}

START_TEST(joining_oneself)
{
    aborts_with("task main: joins itself", join_oneself);
}
END_TEST

static int join_it(void *task)
{
    return task_join(task, NULL);
}

static int join_twice_at_once(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "joined", wait_for_ever, "joined");
    scope_spawn(&scope, "first", join_it, task);
    scope_spawn(&scope, "second", join_it, task);
    return scope_leave(&scope, scope_join(&scope));
}

START_TEST(joining_what_another_joins)
{
    aborts_with("task second: joins joined", join_twice_at_once);
}
END_TEST

static int join_the_root(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "child", join_it, task_current());
    return scope_leave(&scope, scope_join(&scope));
}

START_TEST(joining_without_a_handle)
{
    aborts_with("task child: joins main, which has no handle", join_the_root);
}
END_TEST

static int run_inside(void *unused)
{
    (void)unused;
    return task_run(task_loop(), "inner", do_nothing, NULL);
}

START_TEST(running_while_it_runs)
{
    aborts_with("task_run was called while it runs", run_inside);
}
END_TEST

static int wake_the_awake(void *unused)
{
    (void)unused;
    struct task_wait wait = {.what = "nothing", .task = task_current()};
    task_wake(&wait, 0);
    return 0;
}

START_TEST(waking_who_does_not_wait)
{
    aborts_with("nothing woke a task that does not wait for it", wake_the_awake);
}
END_TEST

/*
 * Scopes
 */

static int leave_the_outer_one_first(void *unused)
{
    (void)unused;
    struct scope outer, inner;
    scope_enter(&outer);
    scope_enter(&inner);
    return scope_leave(&outer, 0);
}

START_TEST(leaving_one_that_is_not_innermost)
{
    aborts_with("task main: leaves a scope that is not its innermost", leave_the_outer_one_first);
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

START_TEST(leaving_anothers)
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

START_TEST(joining_anothers)
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

static int wait_in_a_shield(void *unused)
{
    (void)unused;
    struct future never = {0};
    struct scope shield;
    scope_enter_shielded(&shield, HUGE_VAL);
    return scope_leave(&shield, future_wait(&never, NULL));
}

START_TEST(waiting_for_what_nothing_can_bring)
{
    aborts_with("nothing can bring", wait_in_a_shield);
}
END_TEST

int main(void)
{
    return run_suite("misuse",
        (struct test_group[]){{"outside", (const TTest *const[]){waiting_outside_a_task,
                                              waiting_for_what_nothing_can_bring, NULL}},
            {"task", (const TTest *const[]){joining_oneself, joining_what_another_joins,
                         joining_without_a_handle, running_while_it_runs, waking_who_does_not_wait,
                         NULL}},
            {"scope", (const TTest *const[]){leaving_one_that_is_not_innermost, leaving_anothers,
                          joining_anothers, ending_with_a_scope_open, NULL}},
            {NULL, NULL}});
}
