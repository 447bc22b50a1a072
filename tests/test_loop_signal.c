/* Signal handlers of a loop: started and stopped at any time, several for one signal. */
#include "common/loop.h"

#include <signal.h>

#include "support_loop.h"
#include "support_runtime.h"

/* Notes its letter, and stops the loop when the expected number of letters is there. */
struct listener {
    uv_loop_t *loop;
    struct loop_signal *signal;
    const char *letter;
    int calls, expected;
};

static void on_signal(void *argument)
{
    struct listener *listener = argument;
    note("%s", listener->letter);
    if (++listener->calls == listener->expected)
        loop_stop(listener->loop);
}

static void listen_to(struct listener *listener, int number)
{
    ck_assert_int_eq(
        loop_signal_start(listener->loop, &listener->signal, number, on_signal, listener), 0);
    ck_assert_ptr_nonnull(listener->signal);
}

/* Runs the loop until a callback stops it. */
static void run_until_stopped(uv_loop_t *loop)
{
    struct chain chain = {loop, 1 << 30};
    call_again(&chain);
    run_loop(loop);
    ck_assert_int_gt(chain.left, 0);
}

static bool has_default_effect(int number)
{
    struct sigaction action;
    sigaction(number, NULL, &action);
    return action.sa_handler == SIG_DFL;
}

START_TEST(the_callback_is_called_each_time)
{
    uv_loop_t loop;
    open_loop(&loop);
    struct listener ana = {&loop, NULL, "a", 0, 1};
    listen_to(&ana, SIGUSR2);
    for (int i = 1; i <= 3; i++) {
        ana.expected = i;
        raise(SIGUSR2);
        run_until_stopped(&loop);
    }
    expect_notes("a a a");
    close_loop(&loop);
}
END_TEST

START_TEST(each_signal_calls_its_own_callback)
{
    uv_loop_t loop;
    open_loop(&loop);
    struct listener ana = {&loop, NULL, "a", 0, 1}, bob = {&loop, NULL, "b", 0, 1};
    listen_to(&ana, SIGUSR2);
    listen_to(&bob, SIGWINCH);
    raise(SIGWINCH);
    run_until_stopped(&loop);
    raise(SIGUSR2);
    run_until_stopped(&loop);
    expect_notes("b a");
    close_loop(&loop);
}
END_TEST

START_TEST(a_stopped_handler_is_not_called)
{
    uv_loop_t loop;
    open_loop(&loop);
    struct listener ana = {&loop, NULL, "a", 0, 1}, bob = {&loop, NULL, "b", 0, 1};
    listen_to(&ana, SIGUSR2);
    listen_to(&bob, SIGUSR2);
    raise(SIGUSR2); /* has arrived, but no callback has run */
    loop_signal_stop(ana.signal);
    ck_assert(!has_default_effect(SIGUSR2));
    run_until_stopped(&loop);
    expect_notes("b");
    loop_signal_stop(bob.signal);
    ck_assert(has_default_effect(SIGUSR2));
    loop_signal_stop(NULL);
    close_loop(&loop);
}
END_TEST

static void stop_itself(void *argument)
{
    struct listener *listener = argument;
    loop_signal_stop(listener->signal);
    on_signal(listener);
}

START_TEST(a_callback_may_stop_its_own_handler)
{
    uv_loop_t loop;
    open_loop(&loop);
    struct listener ana = {&loop, NULL, "a", 0, 1};
    ck_assert_int_eq(loop_signal_start(&loop, &ana.signal, SIGUSR2, stop_itself, &ana), 0);
    raise(SIGUSR2);
    run_until_stopped(&loop);
    expect_notes("a");
    ck_assert(has_default_effect(SIGUSR2));
    close_loop(&loop);
}
END_TEST

START_TEST(close_stops_the_handlers_that_are_left)
{
    uv_loop_t loop;
    open_loop(&loop);
    struct listener ana = {&loop, NULL, "a", 0, 1}, bob = {&loop, NULL, "b", 0, 1};
    listen_to(&ana, SIGUSR2);
    listen_to(&bob, SIGWINCH);
    loop_signal_stop(ana.signal); /* its handle is still closing */
    close_loop(&loop);            /* a leak checker reports memory that was not freed */
    ck_assert(has_default_effect(SIGWINCH));
}
END_TEST

START_TEST(a_handler_does_not_keep_the_loop_running)
{
    uv_loop_t loop;
    open_loop(&loop);
    struct listener ana = {&loop, NULL, "a", 0, 1};
    listen_to(&ana, SIGUSR2);
    run_loop(&loop);
    close_loop(&loop);
}
END_TEST

START_TEST(a_signal_that_cannot_be_caught_is_an_error)
{
    uv_loop_t loop;
    open_loop(&loop);
    struct loop_signal *signal = (void *)&loop;
    ck_assert_int_eq(loop_signal_start(&loop, &signal, SIGKILL, stop_loop, &loop), UV_EINVAL);
    ck_assert_ptr_null(signal);
    ck_assert_int_eq(loop_signal_start(&loop, &signal, 0, stop_loop, &loop), UV_EINVAL);
    ck_assert_ptr_null(signal);
    close_loop(&loop);
}
END_TEST

START_TEST(a_handler_of_sigint_hears_the_first_one_beside_loop_on_signal)
{
    uv_loop_t loop;
    open_loop(&loop);
    struct listener ana = {&loop, NULL, "a", 0, 2};
    ck_assert_int_eq(loop_on_signal(&loop, stop_loop, &loop), 0);
    listen_to(&ana, SIGINT);
    raise(SIGINT);
    run_until_stopped(&loop);
    expect_notes("a");
    ck_assert_int_eq(loop_signal_received(&loop), SIGINT);
    ck_assert(has_default_effect(SIGINT));
    ck_assert(has_default_effect(SIGTERM));
    close_loop(&loop);
}
END_TEST

static int listen_in_a_task(void *listener)
{
    listen_to(listener, SIGINT);
    return 0;
}

static int raise_and_sleep(void *unused)
{
    (void)unused;
    raise(SIGINT);
    return task_sleep(1);
}

START_TEST(a_handler_of_sigint_that_a_task_has_started_stays)
{
    uv_loop_t loop;
    open_loop(&loop);
    struct listener ana = {.loop = &loop, .letter = "a"};
    ck_assert_int_eq(task_run(&loop, "main", listen_in_a_task, &ana), 0);
    ck_assert(!has_default_effect(SIGINT));
    ck_assert_int_eq(task_run(&loop, "main", raise_and_sleep, NULL), UV_ECANCELED);
    expect_notes("a");
    loop_signal_stop(ana.signal);
    ck_assert(has_default_effect(SIGINT));
    close_loop(&loop);
}
END_TEST

int main(void)
{
    return run_suite("loop_signal",
        (struct test_group[]){
            {"calls", (const TTest *const[]){the_callback_is_called_each_time,
                          each_signal_calls_its_own_callback,
                          a_handler_of_sigint_hears_the_first_one_beside_loop_on_signal,
                          a_handler_of_sigint_that_a_task_has_started_stays,
                          a_handler_does_not_keep_the_loop_running,
                          a_signal_that_cannot_be_caught_is_an_error, NULL}},
            {"end", (const TTest *const[]){a_stopped_handler_is_not_called,
                        a_callback_may_stop_its_own_handler, close_stops_the_handlers_that_are_left,
                        NULL}},
            {NULL, NULL}});
}
