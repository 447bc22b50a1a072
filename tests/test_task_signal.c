/* What SIGINT and SIGTERM do to the first task, and a task that waits for a signal alone. */
#include "common/task.h"

#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support_runtime.h"

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

/* The child has a copy of the signal handlers, but no loop that listens. */
static int signal_a_forked_child(void *number)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        raise(*(int *)number);
        sleep(1); /* ThreadSanitizer delivers the signal here */
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == *(int *)number);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(task_yield(), 0);
    return 0;
}

START_TEST(a_forked_child_ends_at_the_first_signal)
{
    uv_loop_t loop;
    int numbers[] = {SIGINT, SIGTERM};
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(loop_init(&loop), 0);
        ck_assert_int_eq(task_run(&loop, "main", signal_a_forked_child, &numbers[i]), 0);
        ck_assert_int_eq(loop_signal_received(&loop), 0);
        close_loop(&loop);
    }
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

struct handlers {
    int numbers[5];
    void (*set)(int number);
};

static int set_handlers(void *argument)
{
    const struct handlers *handlers = argument;
    for (const int *number = handlers->numbers; *number; number++)
        signal(*number, handlers->set);
    return 0;
}

START_TEST(handlers_that_a_task_has_set_stay)
{
    uv_loop_t loop;
    struct handlers handlers = {
        {SIGINT, SIGTERM, SIGUSR1, memory_is_shadowed() ? 0 : SIGSEGV}, on_own_signal};
    ck_assert_int_eq(loop_init(&loop), 0);
    for (int i = 0; i < 3; i++) { /* in the second round, they are there before */
        struct sigaction action;
        if (i == 2)
            handlers.set = SIG_DFL;
        ck_assert_int_eq(task_run(&loop, "main", set_handlers, &handlers), 0);
        for (const int *number = handlers.numbers; *number; number++) {
            sigaction(*number, NULL, &action);
            ck_assert_ptr_eq(action.sa_handler, handlers.set);
        }
    }
    close_loop(&loop);
}
END_TEST

static volatile sig_atomic_t own_signals;

static void count_own_signal(int number)
{
    (void)number;
    own_signals++;
}

static int raise_usr1(void *unused)
{
    (void)unused;
    return raise(SIGUSR1);
}

START_TEST(sigusr1_is_left_to_a_program_that_handles_it)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    signal(SIGUSR1, count_own_signal);
    for (int i = 1; i <= 2; i++) {
        ck_assert_int_eq(task_run(&loop, "main", raise_usr1, NULL), 0);
        ck_assert_int_eq(own_signals, i);
    }
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
 * A signal that the loop does not hear of any more
 */

static int raise_and_return(void *number)
{
    raise(*(int *)number);
    return 7;
}

static int raise_and_fail(void *number)
{
    raise(*(int *)number);
    return UV_EIO;
}

static int raise_in_a_child(void *number)
{
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "child", raise_and_return, number);
    return scope_leave(&scope, scope_join(&scope));
}

START_TEST(a_signal_in_the_last_slice_is_not_lost)
{
    uv_loop_t loop;
    int numbers[] = {SIGINT, SIGTERM};
    ck_assert_int_eq(loop_init(&loop), 0);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(task_run(&loop, "main", raise_and_return, &numbers[i]), 7);
        ck_assert(task_run_was_cancelled());
        ck_assert_int_eq(loop_signal_received(&loop), numbers[i]);
        ck_assert_int_eq(task_run(&loop, "main", raise_and_fail, &numbers[i]), UV_EIO);
        ck_assert(task_run_was_cancelled());
        ck_assert_int_eq(task_run(&loop, "main", raise_in_a_child, &numbers[i]), 0);
        ck_assert(task_run_was_cancelled());
        ck_assert_int_eq(task_run(&loop, "main", return_at_once, NULL), 0);
        ck_assert(!task_run_was_cancelled()); /* it is told once */
        ck_assert_int_eq(loop_signal_received(&loop), 0);
    }
    close_loop(&loop);
}
END_TEST

static void do_nothing(void *unused)
{
    (void)unused;
}

static void raise_and_stop(void *loop)
{
    raise(SIGINT);
    loop_stop(loop);
}

START_TEST(a_signal_in_the_last_iteration_is_not_lost)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    ck_assert_int_eq(loop_on_signal(&loop, do_nothing, NULL), 0);
    ck_assert_int_eq(loop_call_soon(&loop, raise_and_stop, &loop), 0);
    ck_assert_int_eq(loop_run(&loop), 0);
    ck_assert_int_eq(loop_signal_received(&loop), SIGINT);
    ck_assert_int_eq(task_run(&loop, "main", return_at_once, NULL), 0);
    close_loop(&loop);
}
END_TEST

int main(void)
{
    return run_suite("task_signal",
        (struct test_group[]){
            {"signal",
                (const TTest *const[]){the_first_signal_cancels_it,
                    the_second_signal_ends_the_program,
                    the_second_signal_ends_a_task_that_holds_the_loop,
                    a_forked_child_ends_at_the_first_signal, nothing_is_caught_after_it,
                    handlers_that_a_task_has_set_stay, sigusr1_is_left_to_a_program_that_handles_it,
                    a_task_may_wait_for_a_signal_alone, a_signal_in_the_last_slice_is_not_lost,
                    a_signal_in_the_last_iteration_is_not_lost, NULL}},
            {NULL, NULL}});
}
