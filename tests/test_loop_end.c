/* What ends a loop: signals, and closing it. */
#include "common/loop.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>

#include "support_loop.h"
#include "support_runtime.h"

/*
 * Signals
 */

static void note_signal(void *loop)
{
    note("signal%d", loop_signal_received(loop));
    loop_stop(loop);
}

static void send_signal(void *number)
{
    raise(*(int *)number);
}

static void is_told_of(int number)
{
    uv_loop_t loop;
    open_loop(&loop);
    ck_assert_int_eq(loop_on_signal(&loop, note_signal, &loop), 0);
    ck_assert_int_eq(loop_signal_received(&loop), 0);
    ck_assert_int_eq(loop_on_signal(&loop, stop_loop, &loop), UV_EALREADY);
    struct chain chain = {&loop, 1 << 30};
    call_again(&chain);
    ck_assert_int_eq(loop_call_soon(&loop, send_signal, &number), 0);
    run_loop(&loop);
    ck_assert_int_eq(loop_signal_received(&loop), number);
    struct sigaction action;
    sigaction(SIGINT, NULL, &action);
    ck_assert_ptr_eq(action.sa_handler, SIG_DFL);
    sigaction(SIGTERM, NULL, &action);
    ck_assert_ptr_eq(action.sa_handler, SIG_DFL);
    close_loop(&loop);
}

START_TEST(the_first_signal_is_told)
{
    is_told_of(SIGINT);
    expect_notes("signal2");
    is_told_of(SIGTERM);
    expect_notes("signal15");
}
END_TEST

/* 'i' or 't': which signal comes first; the other follows. */
static void send_two_signals(void *which)
{
    uv_loop_t loop;
    int first = *(char *)which == 'i' ? SIGINT : SIGTERM;
    int second = *(char *)which == 'i' ? SIGTERM : SIGINT;
    if (loop_init(&loop) || loop_on_signal(&loop, stop_loop, &loop))
        return;
    struct chain chain = {&loop, 1 << 30};
    call_again(&chain);
    raise(first);
    loop_run(&loop);
    if (loop_signal_received(&loop) == first)
        raise(second);
}

START_TEST(the_second_signal_has_its_default_effect)
{
    ck_assert_int_eq(run_apart(send_two_signals, "i", NULL), 128 + SIGTERM);
    ck_assert_int_eq(run_apart(send_two_signals, "t", NULL), 128 + SIGINT);
}
END_TEST

START_TEST(waiting_for_signals_does_not_keep_the_loop_running)
{
    uv_loop_t loop;
    open_loop(&loop);
    ck_assert_int_eq(loop_on_signal(&loop, stop_loop, &loop), 0);
    run_loop(&loop);
    close_loop(&loop);
    struct sigaction action;
    sigaction(SIGINT, NULL, &action);
    ck_assert_ptr_eq(action.sa_handler, SIG_DFL);
}
END_TEST

/*
 * Closing
 */

START_TEST(close_drops_and_frees_what_is_pending)
{
    uv_loop_t loop;
    open_loop(&loop);
    ck_assert_int_eq(loop_on_signal(&loop, stop_loop, &loop), 0);
    for (int i = 0; i < 100; i++) {
        note_soon(&loop, "dropped");
        note_later(&loop, i, "dropped");
        note_later(&loop, INFINITY, "dropped");
    }
    close_loop(&loop); /* a leak checker says what was forgotten */
    expect_notes("");
    ck_assert_ptr_null(loop.data);
}
END_TEST

static void stop_and_leave_one(void *loop)
{
    note("stop");
    loop_stop(loop);
    note_soon(loop, "next");
}

START_TEST(close_drops_what_a_stopped_loop_left)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    ck_assert_int_eq(loop_call_soon(&loop, stop_and_leave_one, &loop), 0);
    note_later(&loop, 3600, "dropped");
    run_loop(&loop);
    loop_stop(&loop);
    close_loop(&loop);
    expect_notes("stop");
}
END_TEST

static void work_until_told(uv_work_t *work)
{
    uv_sem_wait(work->data);
}

static void note_work_done(uv_work_t *work, int status)
{
    (void)work;
    note("done%d", status);
}

static void *post(void *semaphore)
{
    uv_sem_post(semaphore);
    return NULL;
}

START_TEST(close_waits_for_work_on_the_pool)
{
    uv_loop_t loop;
    uv_sem_t semaphore;
    uv_work_t work = {.data = &semaphore};
    pthread_t thread;
    open_loop(&loop);
    uv_sem_init(&semaphore, 0);
    ck_assert_int_eq(uv_queue_work(&loop, &work, work_until_told, note_work_done), 0);
    note_soon(&loop, "dropped");
    ck_assert_int_eq(pthread_create(&thread, NULL, post, &semaphore), 0);
    close_loop(&loop);
    expect_notes("done0");
    pthread_join(thread, NULL);
    uv_sem_destroy(&semaphore);
}
END_TEST

START_TEST(close_tells_of_a_foreign_handle)
{
    uv_loop_t loop;
    uv_timer_t timer;
    open_loop(&loop);
    uv_timer_init(&loop, &timer);
    note_later(&loop, 1.0, "dropped");
    ck_assert_int_eq(loop_close(&loop), UV_EBUSY);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(loop_close(&loop), 0);
}
END_TEST

static void note_release(struct loop_attachment *attachment)
{
    (void)attachment;
    note("released");
}

START_TEST(close_releases_the_attachment)
{
    uv_loop_t loop;
    struct loop_attachment attachment = {note_release};
    open_loop(&loop);
    ck_assert_ptr_null(*loop_attachment(&loop));
    *loop_attachment(&loop) = &attachment;
    run_loop(&loop);
    expect_notes("");
    close_loop(&loop);
    expect_notes("released");
}
END_TEST

int main(void)
{
    return run_suite("loop_end",
        (struct test_group[]){
            {"signals", (const TTest *const[]){the_first_signal_is_told,
                            the_second_signal_has_its_default_effect,
                            waiting_for_signals_does_not_keep_the_loop_running, NULL}},
            {"close", (const TTest *const[]){close_drops_and_frees_what_is_pending,
                          close_drops_what_a_stopped_loop_left, close_waits_for_work_on_the_pool,
                          close_tells_of_a_foreign_handle, close_releases_the_attachment, NULL}},
            {NULL, NULL}});
}
