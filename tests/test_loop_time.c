/* The loop's time and timers. */
#include "common/loop.h"

#include <math.h>

#include "support_loop.h"
#include "support_runtime.h"

/*
 * Time
 */

START_TEST(a_paused_clock_moves_only_when_told)
{
    uv_loop_t loop;
    open_loop(&loop);
    uint64_t start = loop_now(&loop);
    note_later(&loop, 2.0, "two");
    note_later(&loop, 1.0, "one");
    note_later(&loop, 3600.0, "hour");
    run_loop(&loop); /* what will never come by itself is not waited for */
    expect_notes("");
    loop_clock_advance(&loop, 0.999);
    run_loop(&loop);
    expect_notes("");
    loop_clock_advance(&loop, 0.001);
    run_loop(&loop);
    expect_notes("one");
    ck_assert_uint_eq(loop_now(&loop), start + 1000);
    loop_clock_advance(&loop, 7200.0);
    run_loop(&loop);
    expect_notes("two hour");
    close_loop(&loop);
}
END_TEST

START_TEST(timers_of_one_millisecond_keep_their_order)
{
    uv_loop_t loop;
    open_loop(&loop);
    note_later(&loop, 0.5, "c");
    note_later(&loop, 0.4, "a");
    note_later(&loop, 0.5, "d");
    note_later(&loop, 0.4, "b");
    note_later(&loop, 0.5, "e");
    loop_clock_advance(&loop, 0.5);
    run_loop(&loop);
    expect_notes("a b c d e");
    close_loop(&loop);
}
END_TEST

START_TEST(nothing_negative_and_no_number_are_at_once)
{
    uv_loop_t loop;
    open_loop(&loop);
    note_later(&loop, 0, "zero");
    note_later(&loop, -1, "negative");
    note_later(&loop, NAN, "nan");
    note_later(&loop, -INFINITY, "minus");
    note_later(&loop, 0.001, "later");
    run_loop(&loop);
    expect_notes("zero negative nan minus");
    close_loop(&loop);
}
END_TEST

START_TEST(infinity_is_never)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0); /* by the real clock: it must not wait for it */
    note_later(&loop, INFINITY, "never");
    note_later(&loop, 1e300, "never");
    run_loop(&loop);
    loop_clock_pause(&loop);
    loop_clock_advance(&loop, 1e9);
    run_loop(&loop);
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
    note_later(loop, 0, "zero");
}

START_TEST(within_a_pass_time_can_be_moved_too)
{
    uv_loop_t loop;
    uv_prepare_t prepare;
    open_loop(&loop);
    show_passes(&loop, &prepare);
    note_later(&loop, 1.0, "one");
    ck_assert_int_eq(loop_call_soon(&loop, advance_clock, &loop), 0);
    run_loop(&loop);
    expect_notes("| advance | one");
    ck_assert_int_eq(loop_call_soon(&loop, call_later_at_once, &loop), 0);
    run_loop(&loop);
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
        run_loop(&loop);
        ck_assert(moment.over);
    }
    close_loop(&loop);
}
END_TEST

static void look_at_the_real_clock(void *argument)
{
    struct moment *moment = argument;
    ck_assert_uint_ge(uv_hrtime() / 1000000, moment->start + 10);
    moment->over = true;
}

static void be_busy_then_wait(void *argument)
{
    struct moment *moment = argument;
    uint64_t end = uv_hrtime() + 20 * 1000000;
    while (uv_hrtime() < end)
        ;
    moment->start = uv_hrtime() / 1000000;
    loop_call_later(moment->loop, 0.01, look_at_the_real_clock, moment);
}

/* Ten milliseconds after being busy for twenty are not over. */
START_TEST(time_counts_from_when_it_is_asked_for)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    struct moment moment = {.loop = &loop};
    loop_call_soon(&loop, be_busy_then_wait, &moment);
    run_loop(&loop);
    ck_assert(moment.over);
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
    b.stops = &c; /* due in the same iteration */
    loop_clock_advance(&loop, 1.0);
    run_loop(&loop);
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
        run_loop(&loop);
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
    run_loop(&loop);
    expect_notes("soon");
    close_loop(&loop);
}
END_TEST

int main(void)
{
    return run_suite("loop_time",
        (struct test_group[]){
            {"time", (const TTest *const[]){a_paused_clock_moves_only_when_told,
                         timers_of_one_millisecond_keep_their_order,
                         nothing_negative_and_no_number_are_at_once, infinity_is_never,
                         deadlines_are_rounded_up, within_a_pass_time_can_be_moved_too,
                         ten_real_milliseconds_are_never_fewer,
                         time_counts_from_when_it_is_asked_for, NULL}},
            {"timers",
                (const TTest *const[]){a_stopped_timer_does_not_ring, a_timer_may_set_itself_again,
                    the_real_clock_wakes_the_loop_for_the_earliest, NULL}},
            {NULL, NULL}});
}
