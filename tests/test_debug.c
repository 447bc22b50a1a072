/* What LOOP_DEBUG=1 tells of, and what it keeps silent about. */
// Not under an emulator.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/executor.h"
#include "common/stream.h"
#include "common/task/state.h"
#include "support_runtime.h"

/* A run in a process of its own. */
struct run {
    const char *debug, *slow; /* the variables, or NULL */
    int (*function)(void *argument);
};

static double spin_seconds;
static uv_timer_t forgotten;

static void run_it(void *argument)
{
    struct run *run = argument;
    uv_loop_t loop;
    unsetenv("LOOP_DEBUG");
    unsetenv("LOOP_DEBUG_SLOW");
    if (run->debug)
        setenv("LOOP_DEBUG", run->debug, 1);
    if (run->slow)
        setenv("LOOP_DEBUG_SLOW", run->slow, 1);
    if (loop_init(&loop))
        return;
    task_run(&loop, "main", run->function, NULL);
    if (loop_close(&loop) == UV_EBUSY) {
        uv_close((uv_handle_t *)&forgotten, NULL);
        uv_run(&loop, UV_RUN_DEFAULT);
        loop_close(&loop);
    }
}

/* *errors receives what it says on stderr, to be freed. */
static void get_errors(struct run run, int expected_status, char **errors)
{
    int status = run_apart(run_it, &run, errors);
    if (status != expected_status)
        ck_abort_msg("status %d:\n%.1000s", status, *errors);
}

static void says(struct run run, int status, const char *text)
{
    char *errors;
    get_errors(run, status, &errors);
    if (!strstr(errors, text))
        ck_abort_msg("it does not say \"%s\", but\n%.1000s", text, errors);
    free(errors);
}

static void says_nothing(struct run run)
{
    char *errors;
    get_errors(run, 0, &errors);
    ck_assert_str_eq(errors, "");
    free(errors);
}

/* Fails unless errors says that this held the loop, for as long as it has spun at least: on a busy
 * machine it is longer. Returns what follows. */
static const char *held_the_loop(const char *errors, const char *what)
{
    static const char verb[] = " held the loop for ";
    char text[64];
    snprintf(text, sizeof(text), "LOOP_DEBUG: %s", what);
    const char *start = strstr(errors, text), *seconds = start ? strstr(start, verb) : NULL;
    if (!seconds || strtod(seconds + strlen(verb), NULL) < spin_seconds)
        ck_abort_msg("it does not say that %s held the loop, but\n%.1000s", what, errors);
    return seconds + strlen(verb);
}

/* Where addr2line finds the program's lines. */
static bool places_are_known(void)
{
    const char *valgrind = getenv("VALGRIND"); /* is then the program, as addr2line sees it */
    return !(valgrind && *valgrind) && system("command -v addr2line >/dev/null") == 0;
}

/*
 * Who holds the loop
 */

static void spin(void *unused)
{
    (void)unused;
    uint64_t end = uv_hrtime() + (uint64_t)(spin_seconds * 1e9);
    while (uv_hrtime() < end)
        ;
}

static int spin_and_yield(void *unused)
{
    spin(unused);
    return task_yield();
}

static int spin_and_end(void *unused)
{
    int error = task_yield();
    spin(unused);
    return error;
}

START_TEST(a_slow_task_is_named)
{
    char *errors;
    spin_seconds = 0.1;
    get_errors((struct run){"1", NULL, spin_and_yield}, 0, &errors);
    held_the_loop(errors, "task main");
    free(errors);
    says((struct run){"1", NULL, spin_and_yield}, 0, " seconds, until yield");
#if !defined(SWITCH_UCONTEXT) /* where the calls of a suspended task cannot be found */
    if (places_are_known())
        says((struct run){"1", NULL, spin_and_yield}, 0,
            "until yield in spin_and_yield (test_debug.c:");
#endif
}
END_TEST

START_TEST(a_slow_end_is_named)
{
    spin_seconds = 0.1;
    says((struct run){"1", NULL, spin_and_end}, 0, " seconds, until it ended\n");
}
END_TEST

static int let_a_callback_spin(void *unused)
{
    loop_call_soon(task_loop(), spin, unused);
    loop_call_later(task_loop(), 0.001, spin, unused);
    return task_sleep(0.002);
}

START_TEST(a_slow_callback_is_named)
{
    spin_seconds = 0.3;
    char *errors;
    get_errors((struct run){"1", "300", let_a_callback_spin}, 0, &errors);
    held_the_loop(held_the_loop(errors, "callback "), "callback ");
    ck_assert_ptr_null(strstr(errors, "LOOP_DEBUG: task"));
    if (places_are_known())
        ck_assert_ptr_nonnull(strstr(errors, "callback spin (test_debug.c:"));
    free(errors);
}
END_TEST

static int quick(void *unused)
{
    (void)unused;
    for (int i = 0; i < 5; i++)
        task_yield();
    return 0;
}

static int one_of_three_spins(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "before", quick, NULL);
    scope_spawn(&scope, "slow", spin_and_end, NULL);
    scope_spawn(&scope, "after", quick, NULL);
    return scope_leave(&scope, scope_join(&scope));
}

/* They hand over to each other, without the loop between them. */
START_TEST(no_other_is_blamed)
{
    spin_seconds = 0.6;
    char *errors;
    get_errors((struct run){"1", "600", one_of_three_spins}, 0, &errors);
    ck_assert_ptr_nonnull(strstr(errors, "task slow held the loop"));
    ck_assert_ptr_null(strstr(strchr(errors, '\n') + 1, "LOOP_DEBUG"));
    free(errors);
}
END_TEST

static int wait_for_time(void *unused)
{
    (void)unused;
    return task_sleep(0.5);
}

START_TEST(who_waits_holds_nothing)
{
    says_nothing((struct run){"1", "499", wait_for_time});
}
END_TEST

START_TEST(it_is_off_unless_asked_for)
{
    spin_seconds = 0.12;
    says_nothing((struct run){NULL, NULL, spin_and_yield});
    says_nothing((struct run){NULL, "1", spin_and_yield});
    says_nothing((struct run){"0", NULL, spin_and_yield});
    says_nothing((struct run){"", NULL, spin_and_yield});
}
END_TEST

START_TEST(the_threshold_can_be_set)
{
    spin_seconds = 0.003;
    says((struct run){"1", "2", spin_and_yield}, 0, "task main held the loop");
    says_nothing((struct run){"1", "60000", spin_and_yield});
    says((struct run){"1", "soon", spin_and_yield}, 0,
        "LOOP_DEBUG_SLOW: not a whole number from 0 to 1000000000, so it stays 100: soon\n");
    says((struct run){"1", "-1", spin_and_yield}, 0, "LOOP_DEBUG_SLOW: not a whole number");
}
END_TEST

/*
 * Threads
 */

static uv_loop_t *the_loop;

static void never(void *unused)
{
    (void)unused;
}

static int call_from_a_thread(void *unused)
{
    (void)unused;
    return loop_call_soon(the_loop, never, NULL);
}

static int sleep_from_a_thread(void *unused)
{
    (void)unused;
    struct loop_timer timer = {.run = never};
    return loop_timer_start(the_loop, &timer, loop_now(the_loop) + 1000);
}

static int work_that_calls(void *unused)
{
    (void)unused;
    the_loop = task_loop();
    return executor_run("work", call_from_a_thread, NULL, 0);
}

static int work_that_sets_a_timer(void *unused)
{
    (void)unused;
    the_loop = task_loop();
    return executor_run("work", sleep_from_a_thread, NULL, 0);
}

static int stop_from_a_thread(void *unused)
{
    (void)unused;
    loop_stop(the_loop);
    return 0;
}

static int work_that_stops(void *unused)
{
    (void)unused;
    the_loop = task_loop();
    return executor_run("work", stop_from_a_thread, NULL, 0);
}

START_TEST(another_thread_is_named)
{
#if defined(__SANITIZE_THREAD__)
    return; /* it reports the race that this is, before we do */
#endif
    const char *expected =
        places_are_known()
            ? "a thread other than the loop's own uses the loop in call_from_a_thread ("
            : "a thread other than the loop's own uses the loop";
    says((struct run){"1", NULL, work_that_calls}, 128 + SIGABRT, expected);
    says((struct run){"1", NULL, work_that_sets_a_timer}, 128 + SIGABRT, "a thread other than");
    says((struct run){"1", NULL, work_that_stops}, 128 + SIGABRT, "a thread other than");
}
END_TEST

/* To run a loop on one thread after the other is no mistake. */
static void call_soon_again(void *loop)
{
    loop_call_soon(loop, never, NULL);
}

static void run_again(void *loop)
{
    loop_run(loop);
}

START_TEST(threads_may_take_turns)
{
    setenv("LOOP_DEBUG", "1", 1);
    uv_loop_t loop;
    open_loop(&loop);
    ck_assert_int_eq(loop_call_soon(&loop, never, NULL), 0);
    ck_assert_int_eq(loop_run(&loop), 0);
    ck_assert_int_eq(loop_call_soon(&loop, call_soon_again, &loop), 0);
    uv_thread_t thread;
    ck_assert_int_eq(uv_thread_create(&thread, run_again, &loop), 0);
    ck_assert_int_eq(uv_thread_join(&thread), 0);
    ck_assert_int_eq(loop_call_soon(&loop, never, NULL), 0);
    close_loop(&loop);
}
END_TEST

/*
 * What is left open
 */

static int forget_to_close(void *unused)
{
    (void)unused;
    uv_timer_t timer;
    return uv_timer_init(task_loop(), &timer);
}

START_TEST(a_handle_that_is_not_closed_is_named)
{
    /* What kind of handle it was may be overwritten already. */
    says((struct run){"1", NULL, forget_to_close}, 128 + SIGABRT,
        "LOOP_DEBUG: task main ended with an open handle (");
}
END_TEST

static int close_it(void *unused)
{
    (void)unused;
    struct listener listener;
    int error = listener_open(&listener, "127.0.0.1", "0");
    if (!error)
        listener_close(&listener);
    return error;
}

START_TEST(what_is_closed_is_not_named)
{
    says_nothing((struct run){"1", "60000", close_it});
}
END_TEST

static int leave_a_timer(void *unused)
{
    (void)unused;
    return uv_timer_init(task_loop(), &forgotten);
}

START_TEST(handles_that_loop_close_finds_are_named)
{
    says((struct run){"1", NULL, leave_a_timer}, 0, "LOOP_DEBUG: loop_close: a handle (timer) at ");
    says_nothing((struct run){NULL, NULL, leave_a_timer});
}
END_TEST

/* The report has the loop's stack, since a task's own may be nearly full. */
static int stack_used_while_it_is_named(void *unused)
{
    (void)unused;
    enum { FROM = 4096 };
    volatile char *low = task_current()->coroutine.stack.low;
    volatile char *here = (char *)__builtin_frame_address(0) - 512;
    for (volatile char *byte = here - 16 * 1024; byte < here; byte++)
        *byte = 'x';
    ck_assert(here - low > 16 * 1024);
    spin(NULL);
    task_yield();
    volatile char *byte = here - 16 * 1024;
    while (*byte == 'x')
        byte++;
    exit(here - byte < FROM ? 7 : 8);
}

START_TEST(a_report_does_not_use_the_stack_of_the_task)
{
    if (memory_is_shadowed())
        return; /* what lies below the stack pointer may not be written there */
    spin_seconds = 0.15;
    says((struct run){"1", NULL, stack_used_while_it_is_named}, 7, "held the loop for");
}
END_TEST

/*
 * Waiting for ever
 */

static int wait_for_ever_until_a_signal(void *unused)
{
    (void)unused;
    struct future never = {0};
    task_yield();
    raise(SIGINT);
    return future_wait(&never, NULL);
}

START_TEST(a_wait_that_nothing_ends_is_named_once)
{
    char *errors;
    const char *text =
        "LOOP_DEBUG: every task waits, and only a signal or another thread can wake one\n";
    get_errors((struct run){"1", "60000", wait_for_ever_until_a_signal}, 0, &errors);
    ck_assert_str_eq(errors, text);
    free(errors);
    says_nothing((struct run){NULL, NULL, wait_for_ever_until_a_signal});
}
END_TEST

int main(void)
{
    return run_suite("debug",
        (struct test_group[]){
            {"slow", (const TTest *const[]){a_slow_task_is_named, a_slow_end_is_named,
                         a_slow_callback_is_named, no_other_is_blamed, who_waits_holds_nothing,
                         it_is_off_unless_asked_for, the_threshold_can_be_set,
                         a_report_does_not_use_the_stack_of_the_task, NULL}},
            {"thread",
                (const TTest *const[]){another_thread_is_named, threads_may_take_turns, NULL}},
            {"wait", (const TTest *const[]){a_wait_that_nothing_ends_is_named_once, NULL}},
            {"open",
                (const TTest *const[]){a_handle_that_is_not_closed_is_named,
                    what_is_closed_is_not_named, handles_that_loop_close_finds_are_named, NULL}},
            {NULL, NULL}});
}
