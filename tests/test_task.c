#include "common/task.h"

#include <alloca.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common/task/state.h"
#include "support_runtime.h"

#if defined(__SANITIZE_THREAD__)
#define MANY 400 /* each costs ThreadSanitizer half a millisecond */
#else
#define MANY 10000
#endif

static int return_number(void *number)
{
    return *(int *)number;
}

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

/* By the real clock: with a paused one nothing would be waited for. */
static int sleep_for_hours(void *number)
{
    raise(*(int *)number);
    return task_sleep(36000);
}

static int sleep_for_ever(void *number)
{
    raise(*(int *)number);
    return task_sleep(INFINITY);
}

START_TEST(the_first_signal_cancels_it)
{
    uv_loop_t loop;
    int numbers[] = {SIGINT, SIGTERM};
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(loop_init(&loop), 0);
        ck_assert_int_eq(task_run(&loop, "main", sleep_for_hours, &numbers[i]), UV_ECANCELED);
        ck_assert_int_eq(loop_signal_received(&loop), numbers[i]);
        close_loop(&loop);
    }
}
END_TEST

static int raise_twice(void *unused)
{
    (void)unused;
    raise(SIGINT);
    if (task_sleep(36000) != UV_ECANCELED)
        return 0;
    raise(SIGINT);
    return 0;
}

static void run_until_the_second_signal(void *unused)
{
    (void)unused;
    uv_loop_t loop;
    if (loop_init(&loop) == 0)
        task_run(&loop, "main", raise_twice, NULL);
}

START_TEST(the_second_signal_ends_the_program)
{
    ck_assert_int_eq(run_apart(run_until_the_second_signal, NULL, NULL), 128 + SIGINT);
}
END_TEST

/* It never waits, so the loop hears of no signal. */
static int hold_the_loop(void *signals)
{
    for (const int *number = signals; *number; number++)
        raise(*number);
    return 0;
}

static void run_a_task_that_holds_the_loop(void *signals)
{
    uv_loop_t loop;
    if (loop_init(&loop) == 0)
        task_run(&loop, "main", hold_the_loop, signals);
}

static void ignore_and_hold(void *signals)
{
    signal(SIGINT, SIG_IGN); /* as a shell does for a program that it starts with & */
    run_a_task_that_holds_the_loop(signals);
}

START_TEST(the_second_signal_ends_a_task_that_holds_the_loop)
{
    static const int orders[][3] = {
        {SIGINT, SIGINT}, {SIGTERM, SIGTERM}, {SIGINT, SIGTERM}, {SIGTERM, SIGINT}};
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(
            run_apart(run_a_task_that_holds_the_loop, (void *)orders[i], NULL), 128 + orders[i][1]);
    ck_assert_int_eq(run_apart(ignore_and_hold, (void *)orders[0], NULL), 128 + SIGINT);
}
END_TEST

static int return_at_once(void *unused)
{
    (void)unused;
    return 0;
}

static void on_own_signal(int number)
{
    (void)number;
}

START_TEST(nothing_is_caught_after_it)
{
    uv_loop_t loop;
    struct sigaction action;
    ck_assert_int_eq(loop_init(&loop), 0);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(task_run(&loop, "main", return_at_once, NULL), 0);
        sigaction(SIGINT, NULL, &action);
        ck_assert_ptr_eq(action.sa_handler, SIG_DFL);
        sigaction(SIGTERM, NULL, &action);
        ck_assert_ptr_eq(action.sa_handler, i ? on_own_signal : SIG_DFL);
        signal(SIGTERM, on_own_signal);
    }
    int number = SIGINT;
    ck_assert_int_eq(task_run(&loop, "main", sleep_for_hours, &number), UV_ECANCELED);
    ck_assert_int_eq(loop_signal_received(&loop), SIGINT);
    sigaction(SIGTERM, NULL, &action);
    ck_assert_ptr_eq(action.sa_handler, on_own_signal);
    signal(SIGTERM, SIG_DFL);
    close_loop(&loop);
}
END_TEST

/*
 * Waiting for a signal alone
 */

static void set_future(void *future)
{
    future_set(future, 7);
}

static int wait_for_a_signal(void *unused)
{
    (void)unused;
    struct future future = {0};
    struct loop_signal *signal;
    int result = 0;
    ck_assert_int_eq(loop_signal_start(task_loop(), &signal, SIGUSR2, set_future, &future), 0);
    raise(SIGUSR2);
    ck_assert_int_eq(future_wait(&future, &result), 0);
    loop_signal_stop(signal);
    return result;
}

static int wait_for_ever_in_a_child(void *unused)
{
    (void)unused;
    struct scope scope;
    struct future never = {0};
    scope_enter(&scope);
    scope_spawn(&scope, "child", wait_for_a_signal, NULL);
    int error = scope_join(&scope);
    raise(SIGINT);
    return scope_leave(&scope, error ? error : future_wait(&never, NULL));
}

START_TEST(a_task_may_wait_for_a_signal_alone)
{
    uv_loop_t loop;
    int number = SIGTERM;
    ck_assert_int_eq(loop_init(&loop), 0);
    ck_assert_int_eq(task_run(&loop, "main", wait_for_a_signal, NULL), 7);
    ck_assert(!task_run_was_cancelled());
    ck_assert_int_eq(task_run(&loop, "main", wait_for_ever_in_a_child, NULL), UV_ECANCELED);
    ck_assert(task_run_was_cancelled());
    ck_assert_int_eq(task_run(&loop, "main", sleep_for_ever, &number), UV_ECANCELED);
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

/*
 * Joining
 */

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

/*
 * Many
 */

static int sleep_and_count(void *count)
{
    int error = task_sleep(1);
    ++*(int *)count;
    return error;
}

static int keep_many_alive(void *unused)
{
    (void)unused;
    struct scope scope;
    int count = 0;
    scope_enter(&scope);
    for (int i = 0; i < MANY; i++)
        if (scope_spawn(&scope, "one of many", sleep_and_count, &count) != 0)
            ck_abort_msg("no memory");
    run_ready();
    ck_assert_int_eq(count, 0);
    ck_assert_uint_eq(task_pool_of(task_loop())->live, MANY + 1);
    loop_clock_advance(task_loop(), 1);
    ck_assert_int_eq(scope_join(&scope), 0);
    ck_assert_int_eq(count, MANY);
    return scope_leave(&scope, 0);
}

START_TEST(ten_thousand_may_be_alive)
{
    ck_assert_int_eq(run_main(keep_many_alive, NULL), 0);
}
END_TEST

static int spawn_many_that_do_not_wait(void *unused)
{
    (void)unused;
    struct scope scope;
    int number = 0;
    scope_enter(&scope);
    for (int i = 0; i < MANY; i++)
        scope_spawn(&scope, "short", return_number, &number);
    ck_assert_int_eq(scope_join(&scope), 0);
    /* The stack of this task, theirs, and perhaps an unused wall. */
    ck_assert_uint_le(task_pool_of(task_loop())->stacks.used, 3);
    return scope_leave(&scope, 0);
}

START_TEST(those_that_do_not_wait_share_a_stack)
{
    ck_assert_int_eq(run_main(spawn_many_that_do_not_wait, NULL), 0);
}
END_TEST

/*
 * Stacks
 */

static int use_a_megabyte(void *unused)
{
    (void)unused;
    volatile char *bytes = alloca(1 << 20);
    for (size_t i = 0; i < 1 << 20; i += 512)
        bytes[i] = (char)(i / 512);
    int error = task_yield();
    for (size_t i = 0; i < 1 << 20; i += 512)
        if (bytes[i] != (char)(i / 512))
            return UV_EIO;
    return error;
}

static int spawn_large_ones(void *unused)
{
    (void)unused;
    struct scope scope;
    struct task_options options = {.stack_size = (1 << 20) + 64 * 1024};
    scope_enter(&scope);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(scope_spawn_with(&scope, "large", use_a_megabyte, NULL, options), 0);
    return scope_leave(&scope, scope_join(&scope));
}

START_TEST(a_larger_stack_may_be_asked_for)
{
    ck_assert_int_eq(run_main(spawn_large_ones, NULL), 0);
}
END_TEST

static int spawn_until_memory_ends(void *unused)
{
    (void)unused;
    struct scope scope;
    int count = 0, error = 0, spawned = -1;
    scope_enter(&scope);
    for (; !error && spawned < MANY; spawned++)
        error = scope_spawn(&scope, "one of too many", sleep_and_count, &count);
    ck_assert_int_eq(error, UV_ENOMEM);
    ck_assert_int_eq(task_yield(), 0);
    loop_clock_advance(task_loop(), 1);
    ck_assert_int_eq(scope_join(&scope), 0);
    ck_assert_int_eq(count, spawned);
    return scope_leave(&scope, 0);
}

START_TEST(no_stack_left_fails_the_spawn)
{
    if (memory_is_shadowed() || is_emulated())
        return;
    struct rlimit limit = {.rlim_cur = 256 << 20, .rlim_max = 256 << 20};
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
    ck_assert_int_eq(run_main(spawn_until_memory_ends, NULL), 0);
}
END_TEST

int main(void)
{
    return run_suite("task",
        (struct test_group[]){
            {"running", (const TTest *const[]){the_result_of_the_first_task_is_returned,
                            a_task_knows_itself_and_its_loop, the_first_signal_cancels_it,
                            the_second_signal_ends_the_program,
                            the_second_signal_ends_a_task_that_holds_the_loop,
                            nothing_is_caught_after_it, a_task_may_wait_for_a_signal_alone, NULL}},
            {"sleep",
                (const TTest *const[]){sleepers_wake_in_the_order_of_time, no_time_is_no_time,
                    a_real_sleep_is_long_enough, no_sleep_is_too_short, yield_lets_the_others_run,
                    one_that_only_yields_does_not_keep_time_out, NULL}},
            {"join", (const TTest *const[]){join_gives_the_result, join_gives_the_error_too,
                         another_may_join_and_a_cancelled_join_lets_others,
                         leaving_the_scope_releases_handles, NULL}},
            {"many", (const TTest *const[]){ten_thousand_may_be_alive,
                         those_that_do_not_wait_share_a_stack, NULL}},
            {"stacks", (const TTest *const[]){a_larger_stack_may_be_asked_for,
                           no_stack_left_fails_the_spawn, NULL}},
            {NULL, NULL}});
}
