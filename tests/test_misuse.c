/* Misuse of the library ends the program with a message that names the mistake. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/executor.h"
#include "common/stream.h"
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
 * Streams and listeners that are not closed
 */

static int forget_a_stream(void *unused)
{
    (void)unused;
    int sockets[2];
    struct stream stream;
    char *line;
    struct scope scope;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
        return 0;
    stream_open(&stream, sockets[0]);
    scope_enter_until(&scope, 0);
    return scope_leave(&scope, (int)stream_read_line(&stream, &line));
}

static __attribute__((noinline)) int overwrite_the_stack(int depth)
{
    volatile char frame[512];
    memset((char *)frame, 0x5A, sizeof(frame));
    return depth ? overwrite_the_stack(depth - 1) + frame[0] : frame[0];
}

static int forget_a_stream_in_a_function(void *unused)
{
    int (*volatile function)(void *) = forget_a_stream;
    function(unused);
    return overwrite_the_stack(4);
}

static int forget_a_listener(void *unused)
{
    (void)unused;
    struct listener listener;
    return listener_open(&listener, "127.0.0.1", "0");
}

static int open_a_pair(void *stream)
{
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0)
        stream_open(stream, sockets[0]);
    return 0;
}

static int open_a_stream_twice(void *unused)
{
    static struct stream stream;
    open_a_pair(&stream);
    return open_a_pair(&stream) + (unused != NULL);
}

static int overwrite_an_open_stream(void *unused)
{
    static struct stream stream;
    open_a_pair(&stream);
    memset(&stream, 0, sizeof(stream));
    return unused != NULL;
}

static int let_a_child_open_a_stream_of_the_parent(void *unused)
{
    (void)unused;
    struct stream stream;
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "child", open_a_pair, &stream);
    return scope_leave(&scope, scope_join(&scope));
}

START_TEST(an_open_stream_on_the_stack_of_an_ended_task)
{
    aborts_with("task main: opens a stream after the memory of one that was not closed has been",
        open_a_stream_twice);
    aborts_with("task main: ended after the memory of a stream or listener that was not closed",
        overwrite_an_open_stream);
    aborts_with("task main: ended with an open stream on its stack",
        let_a_child_open_a_stream_of_the_parent);

    aborts_with("task main: ended with an open stream on its stack: close it", forget_a_stream);
    aborts_with("task main: ended with an open listener on its stack", forget_a_listener);
    if (!memory_is_shadowed()) /* else ASan or Valgrind reports the use of the function's frame */
        aborts_with("task main: ended with an open stream", forget_a_stream_in_a_function);
}
END_TEST

static int open_for_another(void *stream)
{
    int sockets[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    stream_open(stream, sockets[0]);
    close(sockets[1]);
    return 0;
}

static int use_what_another_opened(void *unused)
{
    (void)unused;
    static struct stream stream;
    struct scope scope;
    char *line;
    scope_enter(&scope);
    scope_spawn(&scope, "opener", open_for_another, &stream);
    scope_join(&scope);
    ck_assert_int_eq(stream_read_line(&stream, &line), 0);
    stream_close(&stream);
    return scope_leave(&scope, 0);
}

START_TEST(a_stream_elsewhere_may_outlive_the_task_that_opened_it)
{
    ck_assert_int_eq(run_main(use_what_another_opened, NULL), 0);
}
END_TEST

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
    aborts_with("task_run was called while it runs: inside a task, use scope_spawn\n", run_inside);
    aborts_with("task main: task_run was called while it runs", run_another_inside);
    aborts_with("loop_run was called while the loop runs", let_a_callback_run);
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

/*
 * Scopes
 */

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

/*
 * Streams
 */

struct shared {
    struct stream stream;
    struct listener listener;
    int peer;
};

static int read_it(void *argument)
{
    char *line;
    struct shared *shared = argument;
    return (int)stream_read_line(&shared->stream, &line);
}

static int close_stream(void *argument)
{
    stream_close(&((struct shared *)argument)->stream);
    return 0;
}

static int accept_one(void *argument)
{
    return listener_accept(&((struct shared *)argument)->listener);
}

static int close_listener(void *argument)
{
    listener_close(&((struct shared *)argument)->listener);
    return 0;
}

/* Fills the peer's buffers, so that closing has to wait. */
static int write_much(void *argument)
{
    static char much[1 << 20];
    struct shared *shared = argument;
    int error = stream_write(&shared->stream, much, sizeof(much));
    return error ? error : stream_drain(&shared->stream);
}

/* Starts two tasks one after the other; both get the same argument. */
static int first_and_second(int (*first)(void *), int (*second)(void *))
{
    struct shared shared;
    struct scope scope;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
        return UV_EMFILE;
    stream_open(&shared.stream, ends[0]);
    shared.peer = ends[1];
    int error = listener_open(&shared.listener, "127.0.0.1", "0");
    scope_enter(&scope);
    scope_spawn(&scope, "first", first, &shared);
    run_ready();
    scope_spawn(&scope, "second", second, &shared);
    error = scope_leave(&scope, error ? error : scope_join(&scope));
    stream_close(&shared.stream);
    listener_close(&shared.listener);
    close(shared.peer);
    return error;
}

static int close_while_it_is_read(void *unused)
{
    (void)unused;
    return first_and_second(read_it, close_stream);
}

static int close_while_it_is_written(void *unused)
{
    (void)unused;
    return first_and_second(write_much, close_stream);
}

static int close_much(void *argument)
{
    struct shared *shared = argument;
    static char much[1 << 20];
    stream_write(&shared->stream, much, sizeof(much));
    stream_close(&shared->stream);
    return 0;
}

static int close_while_it_is_closed(void *unused)
{
    (void)unused;
    return first_and_second(close_much, close_stream);
}

static int read_twice_at_once(void *unused)
{
    (void)unused;
    return first_and_second(read_it, read_it);
}

START_TEST(closing_a_stream_in_use)
{
    aborts_with("task second: closes a stream that task first waits for: cancel that task",
        close_while_it_is_read);
    aborts_with(
        "task second: closes a stream that task first waits for", close_while_it_is_written);
    aborts_with("task second: closes a stream that another task closes", close_while_it_is_closed);
}
END_TEST

START_TEST(two_tasks_doing_the_same)
{
    aborts_with(
        "task second: read_line on a stream on which another task does the same, first: let",
        read_twice_at_once);
}
END_TEST

static int read_when_it_is_closed(void *argument)
{
    close_stream(argument);
    note("%d", read_it(argument));
    return 0;
}

static int read_while_another_closes(void *unused)
{
    (void)unused;
    return first_and_second(read_when_it_is_closed, read_it);
}

/* This is not a mistake: asyncio's reader does the same. */
START_TEST(reading_a_closed_stream_finds_its_end)
{
    ck_assert_int_eq(run_main(read_while_another_closes, NULL), 0);
    expect_notes("0");
}
END_TEST

static int close_while_it_accepts(void *unused)
{
    (void)unused;
    return first_and_second(accept_one, close_listener);
}

static int accept_twice_at_once(void *unused)
{
    (void)unused;
    return first_and_second(accept_one, accept_one);
}

START_TEST(a_listener_in_use)
{
    aborts_with("task second: closes a listener at which task first accepts: cancel that one",
        close_while_it_accepts);
    aborts_with("task second: accepts at a listener at which task first does the same: let one",
        accept_twice_at_once);
}
END_TEST

int main(void)
{
    return run_suite("misuse",
        (struct test_group[]){{"outside", (const TTest *const[]){waiting_outside_a_task, NULL}},
            {"task", (const TTest *const[]){joining_itself, joining_a_task_twice,
                         joining_without_a_handle, using_a_stale_handle, starting_a_timer_twice,
                         an_open_stream_on_the_stack_of_an_ended_task,
                         a_stream_elsewhere_may_outlive_the_task_that_opened_it,
                         running_while_it_runs, waking_a_task_that_does_not_wait, NULL}},
            {"scope", (const TTest *const[]){leaving_a_scope_that_is_not_innermost,
                          leaving_another_tasks_scope, joining_another_tasks_scope,
                          ending_with_a_scope_open, using_a_scope_that_is_not_open,
                          entering_a_scope_twice, NULL}},
            {"stream", (const TTest *const[]){closing_a_stream_in_use, two_tasks_doing_the_same,
                           reading_a_closed_stream_finds_its_end, a_listener_in_use, NULL}},
            {NULL, NULL}});
}
