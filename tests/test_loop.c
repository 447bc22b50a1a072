#include "common/loop.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support_runtime.h"

static void note_name(void *name)
{
    note("%s", (const char *)name);
}

static void stop(void *loop)
{
    loop_stop(loop);
}

static void run(uv_loop_t *loop)
{
    ck_assert_int_eq(loop_run(loop), 0);
}

static void soon(uv_loop_t *loop, char *name)
{
    ck_assert_int_eq(loop_call_soon(loop, note_name, name), 0);
}

static void later(uv_loop_t *loop, double seconds, char *name)
{
    ck_assert_int_eq(loop_call_later(loop, seconds, note_name, name), 0);
}

/* Notes "|" before each pass: libuv prepares before it polls. */
static void note_pass(uv_prepare_t *prepare)
{
    (void)prepare;
    note("|");
}

static void show_passes(uv_loop_t *loop, uv_prepare_t *prepare)
{
    uv_prepare_init(loop, prepare);
    uv_prepare_start(prepare, note_pass);
    uv_unref((uv_handle_t *)prepare);
}

static void close_with_passes(uv_loop_t *loop, uv_prepare_t *prepare)
{
    uv_close((uv_handle_t *)prepare, NULL);
    close_loop(loop);
}

/*
 * call_soon and the pass
 */

START_TEST(an_empty_loop_ends_at_once)
{
    uv_loop_t loop;
    int descriptors = open_descriptors(0);
    for (int i = 0; i < 20; i++) {
        open_loop(&loop);
        run(&loop);
        run(&loop);
        close_loop(&loop);
    }
    ck_assert_int_le(open_descriptors(0), descriptors + 2); /* what libuv keeps for signals */
}
END_TEST

START_TEST(what_is_called_soon_runs_in_order)
{
    uv_loop_t loop;
    open_loop(&loop);
    soon(&loop, "a");
    soon(&loop, "b");
    soon(&loop, "c");
    expect_notes("");
    run(&loop);
    expect_notes("a b c");
    soon(&loop, "d");
    run(&loop);
    expect_notes("d");
    close_loop(&loop);
}
END_TEST

static char turns[4]; /* who ran, one after the other */

static void take_a_turn(void *name)
{
    strcat(turns, name);
}

static const char *turns_with_seed(const char *seed)
{
    uv_loop_t loop;
    ck_assert_int_eq(setenv("LOOP_SEED", seed, 1), 0);
    turns[0] = '\0';
    open_loop(&loop);
    for (const char *const *name = (const char *const[]){"a", "b", "c", NULL}; *name; name++)
        loop_call_soon(&loop, take_a_turn, (void *)*name);
    run(&loop);
    close_loop(&loop);
    return turns;
}

START_TEST(a_seed_decides_the_order)
{
    static const char *const orders[] = {"abc", "acb", "bac", "bca", "cab", "cba"};
    int seen[6] = {0};
    for (int i = 1; i <= 240; i++) {
        char seed[8], first[4];
        snprintf(seed, sizeof seed, "%d", i);
        strcpy(first, turns_with_seed(seed));
        ck_assert_str_eq(first, turns_with_seed(seed)); /* always the same */
        for (int order = 0; order < 6; order++)
            seen[order] += strcmp(orders[order], first) == 0;
    }
    for (int order = 0; order < 6; order++)
        ck_assert_int_ge(seen[order], 24); /* each about as often */
    ck_assert_str_eq(turns_with_seed("0"), "abc");
    ck_assert_str_eq(turns_with_seed(""), "abc");
}
END_TEST

static void call_two_more(void *loop)
{
    note("first");
    soon(loop, "c");
    soon(loop, "d");
}

START_TEST(what_the_ready_make_ready_waits_for_the_next_pass)
{
    uv_loop_t loop;
    uv_prepare_t prepare;
    open_loop(&loop);
    show_passes(&loop, &prepare);
    ck_assert_int_eq(loop_call_soon(&loop, call_two_more, &loop), 0);
    soon(&loop, "b");
    run(&loop);
    expect_notes("| first b | c d");
    close_with_passes(&loop, &prepare);
}
END_TEST

struct chain {
    uv_loop_t *loop;
    int left;
};

static void call_again(void *argument)
{
    struct chain *chain = argument;
    if (chain->left-- > 0)
        loop_call_soon(chain->loop, call_again, chain);
}

START_TEST(each_link_of_a_chain_is_called)
{
    uv_loop_t loop;
    open_loop(&loop);
    struct chain chain = {&loop, 10000};
    call_again(&chain);
    run(&loop);
    ck_assert_int_eq(chain.left, -1);
    close_loop(&loop);
}
END_TEST

static void end_chain(uv_async_t *async)
{
    ((struct chain *)async->data)->left = 0;
    uv_close((uv_handle_t *)async, NULL);
}

static void *send_async(void *async)
{
    uv_async_send(async);
    return NULL;
}

START_TEST(an_endless_chain_does_not_keep_events_out)
{
    uv_loop_t loop;
    uv_async_t async;
    pthread_t thread;
    open_loop(&loop);
    struct chain chain = {&loop, 1 << 30};
    async.data = &chain;
    uv_async_init(&loop, &async, end_chain);
    call_again(&chain);
    ck_assert_int_eq(pthread_create(&thread, NULL, send_async, &async), 0);
    run(&loop);
    ck_assert_int_le(chain.left, 0);
    pthread_join(thread, NULL);
    close_loop(&loop);
}
END_TEST

static void stop_and_call_one_more(void *loop)
{
    note("stop");
    loop_stop(loop);
    soon(loop, "next");
}

START_TEST(stop_ends_after_this_pass)
{
    uv_loop_t loop;
    open_loop(&loop);
    ck_assert_int_eq(loop_call_soon(&loop, stop_and_call_one_more, &loop), 0);
    soon(&loop, "same");
    run(&loop);
    expect_notes("stop same");
    run(&loop);
    expect_notes("next");
    close_loop(&loop);
}
END_TEST

/*
 * Callbacks with memory of the caller's
 */

struct step {
    struct loop_callback callback;
    char *name;
    uv_loop_t *loop;
    struct step *ready, *at_end; /* that this one schedules */
};

static void run_step(void *argument)
{
    struct step *step = argument;
    note("%s", step->name);
    if (step->ready)
        loop_ready(step->loop, &step->ready->callback);
    if (step->at_end)
        loop_at_end_of_pass(step->loop, &step->at_end->callback);
}

static struct step new_step(uv_loop_t *loop, char *name)
{
    return (struct step){.callback = {.run = run_step}, .name = name, .loop = loop};
}

static void set_arguments(struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++)
        steps[i].callback.argument = &steps[i];
}

START_TEST(a_pending_callback_runs_once)
{
    uv_loop_t loop;
    open_loop(&loop);
    struct step steps[2] = {new_step(&loop, "a"), new_step(&loop, "b")};
    set_arguments(steps, 2);
    loop_ready(&loop, &steps[0].callback);
    loop_ready(&loop, &steps[1].callback);
    loop_ready(&loop, &steps[0].callback);
    run(&loop);
    expect_notes("a b");
    ck_assert(!steps[0].callback.pending);
    loop_ready(&loop, &steps[0].callback);
    run(&loop);
    expect_notes("a");
    close_loop(&loop);
}
END_TEST

START_TEST(the_end_of_the_pass_follows_all_that_is_ready)
{
    uv_loop_t loop;
    uv_prepare_t prepare;
    open_loop(&loop);
    show_passes(&loop, &prepare);
    struct step steps[6] = {new_step(&loop, "ready1"), new_step(&loop, "ready2"),
        new_step(&loop, "end1"), new_step(&loop, "end2"), new_step(&loop, "next"),
        new_step(&loop, "end3")};
    set_arguments(steps, 6);
    steps[0].at_end = &steps[2];
    steps[1].at_end = &steps[2]; /* it is pending already */
    steps[2].at_end = &steps[3]; /* there it waits for the end of the next pass */
    steps[2].ready = &steps[4];
    steps[3].at_end = &steps[5]; /* nothing else asks for a pass */
    loop_ready(&loop, &steps[0].callback);
    loop_ready(&loop, &steps[1].callback);
    run(&loop);
    expect_notes("| ready1 ready2 end1 | next end2 | end3");
    close_with_passes(&loop, &prepare);
}
END_TEST

START_TEST(outside_a_pass_the_end_of_the_next_is_meant)
{
    uv_loop_t loop;
    open_loop(&loop);
    struct step steps[2] = {new_step(&loop, "end"), new_step(&loop, "ready")};
    set_arguments(steps, 2);
    loop_at_end_of_pass(&loop, &steps[0].callback);
    run(&loop);
    expect_notes("end");
    loop_at_end_of_pass(&loop, &steps[0].callback);
    loop_ready(&loop, &steps[1].callback);
    run(&loop);
    expect_notes("ready end");
    close_loop(&loop);
}
END_TEST

/*
 * Time
 */

START_TEST(a_paused_clock_moves_only_when_told)
{
    uv_loop_t loop;
    open_loop(&loop);
    uint64_t start = loop_now(&loop);
    later(&loop, 2.0, "two");
    later(&loop, 1.0, "one");
    later(&loop, 3600.0, "hour");
    run(&loop); /* what will never come by itself is not waited for */
    expect_notes("");
    loop_clock_advance(&loop, 0.999);
    run(&loop);
    expect_notes("");
    loop_clock_advance(&loop, 0.001);
    run(&loop);
    expect_notes("one");
    ck_assert_uint_eq(loop_now(&loop), start + 1000);
    loop_clock_advance(&loop, 7200.0);
    run(&loop);
    expect_notes("two hour");
    close_loop(&loop);
}
END_TEST

START_TEST(timers_of_one_millisecond_keep_their_order)
{
    uv_loop_t loop;
    open_loop(&loop);
    later(&loop, 0.5, "c");
    later(&loop, 0.4, "a");
    later(&loop, 0.5, "d");
    later(&loop, 0.4, "b");
    later(&loop, 0.5, "e");
    loop_clock_advance(&loop, 0.5);
    run(&loop);
    expect_notes("a b c d e");
    close_loop(&loop);
}
END_TEST

START_TEST(nothing_negative_and_no_number_are_at_once)
{
    uv_loop_t loop;
    open_loop(&loop);
    later(&loop, 0, "zero");
    later(&loop, -1, "negative");
    later(&loop, NAN, "nan");
    later(&loop, -INFINITY, "minus");
    later(&loop, 0.001, "later");
    run(&loop);
    expect_notes("zero negative nan minus");
    close_loop(&loop);
}
END_TEST

START_TEST(infinity_is_never)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0); /* by the real clock: it must not wait for it */
    later(&loop, INFINITY, "never");
    later(&loop, 1e300, "never");
    run(&loop);
    loop_clock_pause(&loop);
    loop_clock_advance(&loop, 1e9);
    run(&loop);
    expect_notes("");
    close_loop(&loop);
}
END_TEST

START_TEST(deadlines_are_rounded_up)
{
    uv_loop_t loop;
    open_loop(&loop);
    uint64_t now = loop_now(&loop);
    ck_assert_uint_eq(loop_deadline(&loop, 1.5), now + 1500);
    ck_assert_uint_eq(loop_deadline(&loop, 0.0001), now + 1);
    ck_assert_uint_eq(loop_deadline(&loop, 0.0101), now + 11);
    ck_assert_uint_eq(loop_deadline(&loop, 1e9), now + 1000000000000);
    ck_assert_uint_eq(loop_deadline(&loop, 0), now);
    ck_assert_uint_eq(loop_deadline(&loop, -5), now);
    ck_assert_uint_eq(loop_deadline(&loop, NAN), now);
    ck_assert_uint_eq(loop_deadline(&loop, INFINITY), UINT64_MAX);
    ck_assert_uint_eq(loop_deadline(&loop, 1e300), UINT64_MAX);
    close_loop(&loop);
}
END_TEST

static void advance_clock(void *loop)
{
    note("advance");
    loop_clock_advance(loop, 1.0);
}

static void call_later_at_once(void *loop)
{
    note("call");
    later(loop, 0, "zero");
}

START_TEST(within_a_pass_time_can_be_moved_too)
{
    uv_loop_t loop;
    uv_prepare_t prepare;
    open_loop(&loop);
    show_passes(&loop, &prepare);
    later(&loop, 1.0, "one");
    ck_assert_int_eq(loop_call_soon(&loop, advance_clock, &loop), 0);
    run(&loop);
    expect_notes("| advance | one");
    ck_assert_int_eq(loop_call_soon(&loop, call_later_at_once, &loop), 0);
    run(&loop);
    expect_notes("| call | zero");
    close_with_passes(&loop, &prepare);
}
END_TEST

struct moment {
    uv_loop_t *loop;
    uint64_t start; /* by the loop's clock */
    bool over;
};

static void look_at_the_clock(void *argument)
{
    struct moment *moment = argument;
    ck_assert_uint_ge(loop_now(moment->loop), moment->start + 10);
    ck_assert_uint_ge(uv_hrtime() / 1000000, moment->start + 10);
    moment->over = true;
}

static void wait_ten_milliseconds(void *argument)
{
    struct moment *moment = argument;
    moment->start = loop_now(moment->loop);
    loop_call_later(moment->loop, 0.01, look_at_the_clock, moment);
}

static void stay_busy(void *argument)
{
    struct moment *moment = argument;
    if (!moment->over)
        loop_call_soon(moment->loop, stay_busy, moment);
}

START_TEST(ten_real_milliseconds_are_never_fewer)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    for (int busy = 0; busy < 2; busy++) {
        struct moment moment = {.loop = &loop};
        loop_call_soon(&loop, wait_ten_milliseconds, &moment);
        if (busy) /* the clock is looked at all the time, not only when the timer wakes libuv */
            loop_call_soon(&loop, stay_busy, &moment);
        run(&loop);
        ck_assert(moment.over);
    }
    close_loop(&loop);
}
END_TEST

/*
 * Timers with memory of the caller's
 */

struct alarm {
    struct loop_timer timer;
    char *name;
    uv_loop_t *loop;
    struct alarm *stops;
    double again; /* seconds until it rings again; 0: never */
};

static void ring(void *argument)
{
    struct alarm *alarm = argument;
    note("%s", alarm->name);
    if (alarm->stops)
        loop_timer_stop(alarm->loop, &alarm->stops->timer);
    if (alarm->again > 0)
        loop_timer_start(alarm->loop, &alarm->timer, loop_deadline(alarm->loop, alarm->again));
}

static void set_alarm(uv_loop_t *loop, struct alarm *alarm, char *name, double seconds)
{
    *alarm = (struct alarm){.name = name, .loop = loop};
    alarm->timer = (struct loop_timer){.run = ring, .argument = alarm};
    ck_assert_int_eq(loop_timer_start(loop, &alarm->timer, loop_deadline(loop, seconds)), 0);
}

START_TEST(a_stopped_timer_does_not_ring)
{
    uv_loop_t loop;
    struct alarm a, b, c, never;
    open_loop(&loop);
    set_alarm(&loop, &a, "a", 1.0);
    set_alarm(&loop, &b, "b", 1.0);
    set_alarm(&loop, &c, "c", 1.0);
    set_alarm(&loop, &never, "never", INFINITY);
    ck_assert_uint_eq(never.timer.place, 0);
    loop_timer_stop(&loop, &a.timer);
    loop_timer_stop(&loop, &a.timer); /* not set any more */
    loop_timer_stop(&loop, &never.timer);
    b.stops = &c; /* due in the same pass */
    loop_clock_advance(&loop, 1.0);
    run(&loop);
    expect_notes("b");
    ck_assert_uint_eq(b.timer.place, 0);
    close_loop(&loop);
}
END_TEST

START_TEST(a_timer_may_set_itself_again)
{
    uv_loop_t loop;
    struct alarm alarm;
    open_loop(&loop);
    set_alarm(&loop, &alarm, "tick", 1.0);
    alarm.again = 1.0;
    for (int i = 0; i < 3; i++) {
        loop_clock_advance(&loop, 1.0);
        run(&loop);
    }
    expect_notes("tick tick tick");
    loop_timer_stop(&loop, &alarm.timer);
    close_loop(&loop);
}
END_TEST

START_TEST(the_real_clock_wakes_the_loop_for_the_earliest)
{
    uv_loop_t loop;
    struct alarm hour, soon_one;
    ck_assert_int_eq(loop_init(&loop), 0);
    set_alarm(&loop, &hour, "hour", 3600);
    set_alarm(&loop, &soon_one, "soon", 0.002);
    soon_one.stops = &hour; /* without it nothing is left to wait for */
    run(&loop);
    expect_notes("soon");
    close_loop(&loop);
}
END_TEST

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
    ck_assert_int_eq(loop_on_signal(&loop, stop, &loop), UV_EALREADY);
    struct chain chain = {&loop, 1 << 30};
    call_again(&chain);
    ck_assert_int_eq(loop_call_soon(&loop, send_signal, &number), 0);
    run(&loop);
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
    if (loop_init(&loop) || loop_on_signal(&loop, stop, &loop))
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
    ck_assert_int_eq(loop_on_signal(&loop, stop, &loop), 0);
    run(&loop);
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
    ck_assert_int_eq(loop_on_signal(&loop, stop, &loop), 0);
    for (int i = 0; i < 100; i++) {
        soon(&loop, "dropped");
        later(&loop, i, "dropped");
        later(&loop, INFINITY, "dropped");
    }
    close_loop(&loop); /* a leak checker says what was forgotten */
    expect_notes("");
    ck_assert_ptr_null(loop.data);
}
END_TEST

START_TEST(close_drops_what_a_stopped_loop_left)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    ck_assert_int_eq(loop_call_soon(&loop, stop_and_call_one_more, &loop), 0);
    later(&loop, 3600, "dropped");
    run(&loop);
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
    soon(&loop, "dropped");
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
    later(&loop, 1.0, "dropped");
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
    run(&loop);
    expect_notes("");
    close_loop(&loop);
    expect_notes("released");
}
END_TEST

int main(void)
{
    return run_suite("loop",
        (struct test_group[]){
            {"pass", (const TTest *const[]){an_empty_loop_ends_at_once,
                         what_is_called_soon_runs_in_order, a_seed_decides_the_order,
                         what_the_ready_make_ready_waits_for_the_next_pass,
                         each_link_of_a_chain_is_called, an_endless_chain_does_not_keep_events_out,
                         stop_ends_after_this_pass, NULL}},
            {"callbacks", (const TTest *const[]){a_pending_callback_runs_once,
                              the_end_of_the_pass_follows_all_that_is_ready,
                              outside_a_pass_the_end_of_the_next_is_meant, NULL}},
            {"time", (const TTest *const[]){a_paused_clock_moves_only_when_told,
                         timers_of_one_millisecond_keep_their_order,
                         nothing_negative_and_no_number_are_at_once, infinity_is_never,
                         deadlines_are_rounded_up, within_a_pass_time_can_be_moved_too,
                         ten_real_milliseconds_are_never_fewer, NULL}},
            {"timers",
                (const TTest *const[]){a_stopped_timer_does_not_ring, a_timer_may_set_itself_again,
                    the_real_clock_wakes_the_loop_for_the_earliest, NULL}},
            {"signals", (const TTest *const[]){the_first_signal_is_told,
                            the_second_signal_has_its_default_effect,
                            waiting_for_signals_does_not_keep_the_loop_running, NULL}},
            {"close", (const TTest *const[]){close_drops_and_frees_what_is_pending,
                          close_drops_what_a_stopped_loop_left, close_waits_for_work_on_the_pool,
                          close_tells_of_a_foreign_handle, close_releases_the_attachment, NULL}},
            {NULL, NULL}});
}
