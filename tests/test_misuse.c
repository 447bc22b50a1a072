/* Misuse of the library ends the program with a message that names the mistake. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "common/executor.h"
#include "common/task/state.h"
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

static void check_outside(void)
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

/* In a callback, which is not a task. */
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
    static void (*const functions[])(void) = {sleep_outside, yield_outside, check_outside,
        loop_outside, enter_outside, shield_outside, future_outside, gather_outside,
        executor_outside};
    static const char *const names[] = {"task_sleep", "task_yield", "task_cancelled", "task_loop",
        "scope_enter", "scope_enter_shielded", "future", "scope_enter", ""};
    for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
        char *errors, expected[100];
        void (*function)(void) = functions[i];
        int status = run_apart(i % 2 ? call_in_a_loop : call_in_a_callback, &function, &errors);
        ck_assert_int_eq(status, 128 + SIGABRT);
        snprintf(expected, sizeof(expected), "%s was called outside a task: ", names[i]);
        ck_assert_ptr_nonnull(strstr(errors, expected));
        free(errors);
    }
}
END_TEST

/*
 * Tasks
 */

static int join_itself(void *unused)
{
    (void)unused;
    return task_join(task_current(), NULL);
}

START_TEST(joining_itself)
{
    aborts_with("task main: joins itself", join_itself);
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

START_TEST(joining_a_task_twice)
{
    aborts_with(": joins joined, which", join_twice_at_once);
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

/* The next task would get the memory of the one that was joined. */
static struct task *joined_task(struct scope *scope)
{
    struct task *task = spawn_held(scope, "old", do_nothing, NULL);
    task_join(task, NULL);
    spawn_held(scope, "new", do_nothing, NULL);
    return task;
}

static int cancel_a_joined_task(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    task_cancel(joined_task(&scope));
    return scope_leave(&scope, 0);
}

static int join_a_joined_task(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    task_join(joined_task(&scope), NULL);
    return scope_leave(&scope, 0);
}

static int name_a_task_of_a_left_scope(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "old", do_nothing, NULL);
    scope_leave(&scope, 0);
    scope_enter(&scope);
    scope_spawn(&scope, "new", do_nothing, NULL);
    puts(task_name(task));
    return scope_leave(&scope, 0);
}

static int tell_who_runs(void *task)
{
    *(struct task **)task = task_current();
    return 0;
}

static int cancel_a_task_that_told_of_itself(void *unused)
{
    (void)unused;
    struct scope scope;
    struct task *task;
    scope_enter(&scope);
    scope_spawn(&scope, "old", tell_who_runs, &task);
    scope_join(&scope);
    scope_spawn(&scope, "new", wait_for_ever, "new");
    task_cancel(task);
    return scope_leave(&scope, 0);
}

START_TEST(using_a_stale_handle)
{
    aborts_with("task main: task_cancel of a task that was joined", cancel_a_joined_task);
    aborts_with("task main: task_join of a task that was joined", join_a_joined_task);
    aborts_with("task main: task_name of a task that was joined", name_a_task_of_a_left_scope);
    aborts_with("task_cancel of a task that was joined", cancel_a_task_that_told_of_itself);
}
END_TEST

/*
 * The loop
 */

static void never(void *unused)
{
    (void)unused;
}

static int start_a_timer_twice(void *unused)
{
    (void)unused;
    struct loop_timer timer = {.run = never};
    loop_timer_start(task_loop(), &timer, loop_deadline(task_loop(), 10));
    return loop_timer_start(task_loop(), &timer, loop_deadline(task_loop(), 20));
}

START_TEST(starting_a_timer_twice)
{
    aborts_with("loop_timer_start on a timer that is set: stop it first", start_a_timer_twice);
}
END_TEST

static int advance_for_ever(void *unused)
{
    (void)unused;
    loop_clock_advance(task_loop(), INFINITY);
    return 0;
}

START_TEST(moving_the_clock_to_the_end_of_time)
{
    aborts_with("loop_clock_advance to a time more than 285 years away", advance_for_ever);
}
END_TEST

static int run_inside(void *unused)
{
    (void)unused;
    return task_run(task_loop(), "inner", do_nothing, NULL);
}

static int run_another_inside(void *unused)
{
    uv_loop_t other;
    (void)unused;
    return loop_init(&other) ? 0 : task_run(&other, "inner", do_nothing, NULL);
}

static void run_in_a_callback(void *loop)
{
    task_run(loop, "inner", do_nothing, NULL);
}

static int let_a_callback_run(void *unused)
{
    (void)unused;
    loop_call_soon(task_loop(), run_in_a_callback, task_loop());
    return task_sleep(INFINITY);
}

static int run_the_loop(void *unused)
{
    (void)unused;
    return loop_run(task_loop());
}

static int close_the_loop(void *unused)
{
    (void)unused;
    return loop_close(task_loop());
}

START_TEST(running_while_it_runs)
{
    aborts_with("task_run was called while the loop runs: use scope_spawn\n", run_inside);
    aborts_with("task main: task_run was called while the loop runs", run_another_inside);
    aborts_with("task_run was called while the loop runs: use scope_spawn", let_a_callback_run);
    aborts_with("loop_run was called while the loop runs: use loop_stop", run_the_loop);
    aborts_with("loop_close was called while the loop runs: use loop_stop", close_the_loop);
}
END_TEST

static int wake_a_running_task(void *unused)
{
    (void)unused;
    struct task_wait wait = {.what = "nothing", .task = task_current()};
    task_wake(&wait, 0);
    return 0;
}

START_TEST(waking_a_task_that_does_not_wait)
{
    aborts_with("nothing woke a task that does not wait for it", wake_a_running_task);
}
END_TEST

static void *a_handle(void)
{
    static uv_timer_t timer;
    uv_timer_init(task_loop(), &timer);
    return &timer;
}

static int close_a_handle(void *handle)
{
    task_close_handle(handle);
    return 0;
}

static int close_a_handle_twice(void *unused)
{
    void *handle = a_handle();
    (void)unused;
    close_a_handle(handle);
    return close_a_handle(handle);
}

static int close_a_handle_in_two_tasks(void *unused)
{
    struct scope scope;
    void *handle = a_handle();
    (void)unused;
    scope_enter(&scope);
    scope_spawn(&scope, "first", close_a_handle, handle);
    scope_spawn(&scope, "second", close_a_handle, handle);
    return scope_leave(&scope, scope_join(&scope));
}

START_TEST(closing_a_handle_twice)
{
    aborts_with(
        "task main: closes a handle that is already closed or being closed", close_a_handle_twice);
    aborts_with(": closes a handle that is already closed or", close_a_handle_in_two_tasks);
}
END_TEST

int main(void)
{
    return run_suite("misuse",
        (struct test_group[]){{"outside", (const TTest *const[]){waiting_outside_a_task, NULL}},
            {"task", (const TTest *const[]){joining_itself, joining_a_task_twice,
                         joining_without_a_handle, using_a_stale_handle, NULL}},
            {"loop", (const TTest *const[]){starting_a_timer_twice,
                         moving_the_clock_to_the_end_of_time, running_while_it_runs,
                         waking_a_task_that_does_not_wait, closing_a_handle_twice, NULL}},
            {NULL, NULL}});
}
