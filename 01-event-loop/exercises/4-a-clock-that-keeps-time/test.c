/* When is it called? The test pauses the loop's clock, and moves it. */
#include "exercise.h"

#include "tests/support.h"

#define CALLS 5

struct record {
    struct periodic periodic;
    uint64_t began;
    double takes[CALLS]; /* seconds that each call takes */
    int times[CALLS];    /* milliseconds from the start to the start of each call */
    size_t count;
};

static void write_down(void *argument)
{
    struct record *record = argument;
    uv_loop_t *loop = record->periodic.loop;
    if (record->count == CALLS)
        return;
    record->times[record->count] = (int)(loop_now(loop) - record->began);
    loop_clock_advance(loop, record->takes[record->count]);
    record->count++;
}

/* Lets 2 seconds pass, 10 ms at a time. */
static void run(struct record *record)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    loop_clock_pause(&loop);
    record->began = loop_now(&loop);
    record->periodic = (struct periodic){&loop, 100, write_down, record, {0}};
    ck_assert_int_eq(periodic_start(&record->periodic), 0);
    for (int i = 0; i < 200; i++) {
        loop_clock_advance(&loop, 0.01);
        ck_assert_int_eq(loop_run(&loop), 0);
    }
    periodic_stop(&record->periodic);
    ck_assert_int_eq(loop_close(&loop), 0);
    ck_assert_uint_eq(record->count, CALLS);
}

static void require_times(const struct record *record, const int expected[CALLS])
{
    for (int i = 0; i < CALLS; i++)
        ck_assert_msg(record->times[i] == expected[i], "call %d came at %d ms instead of at %d ms",
            i + 1, record->times[i], expected[i]);
}

START_TEST(it_comes_at_each_interval)
{
    struct record record = {.takes = {0}};
    run(&record);
    require_times(&record, (const int[]){100, 200, 300, 400, 500});
}
END_TEST

START_TEST(the_time_that_a_call_takes_does_not_add_up)
{
    struct record record = {.takes = {0.03, 0.03, 0.03, 0.03, 0.03}};
    run(&record);
    require_times(&record, (const int[]){100, 200, 300, 400, 500});
}
END_TEST

START_TEST(a_time_that_was_missed_is_left_out)
{
    struct record record = {.takes = {0, 0.25, 0, 0, 0}};
    run(&record);
    require_times(&record, (const int[]){100, 200, 500, 600, 700});
}
END_TEST

int main(void)
{
    return run_suite(
        "1.4", (struct test_group[]){{"times", (const TTest *const[]){it_comes_at_each_interval,
                                                   the_time_that_a_call_takes_does_not_add_up,
                                                   a_time_that_was_missed_is_left_out, NULL}},
                   {NULL, NULL}});
}
