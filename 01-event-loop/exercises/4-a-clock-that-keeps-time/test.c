/* When is it called? Most tests pause the loop's clock, and move it; the last one really works. */
// With Valgrind too.
#include "exercise.h"

#include <signal.h>

#include "tests/support.h"

#define CALLS 5

struct record {
    struct periodic periodic;
    uint64_t began;
    double takes[CALLS]; /* seconds that each call takes */
    size_t stops_at;     /* the call that stops it, counted from 1; 0: none */
    size_t starts_at;    /* the call that stops it and starts it again */
    int times[CALLS];    /* milliseconds from the start to the start of each call */
    size_t count, more;  /* calls; those after the last that is written down */
};

static void write_down(void *argument)
{
    struct record *record = argument;
    uv_loop_t *loop = record->periodic.loop;
    if (record->count == CALLS) {
        if (++record->more > 100)
            ck_abort_msg("call after call comes without an interval between them");
        return;
    }
    record->times[record->count] = (int)(loop_now(loop) - record->began);
    loop_clock_advance(loop, record->takes[record->count]);
    record->count++;
    if (record->count == record->stops_at)
        periodic_stop(&record->periodic);
    if (record->count == record->starts_at) {
        periodic_stop(&record->periodic);
        ck_assert_int_eq(periodic_start(&record->periodic), 0);
    }
}

static void let_pass(uv_loop_t *loop, int hundredths)
{
    for (int i = 0; i < hundredths; i++) {
        loop_clock_advance(loop, 0.01);
        ck_assert_int_eq(loop_run(loop), 0);
    }
}

static void open_loop(uv_loop_t *loop)
{
    ck_assert_int_eq(loop_init(loop), 0);
    loop_clock_pause(loop);
    loop_clock_advance(loop, 0.1 - (double)(loop_now(loop) % 100) / 1000 + 0.037); /* any time */
    loop_clock_advance(loop, 50 * 24 * 60 * 60.0); /* an int has no room for these milliseconds */
}

static void begin_every(struct record *record, uv_loop_t *loop, uint64_t interval)
{
    record->began = loop_now(loop);
    record->periodic = (struct periodic){
        .loop = loop, .interval = interval, .run = write_down, .argument = record};
    ck_assert_int_eq(periodic_start(&record->periodic), 0);
}

static void begin(struct record *record, uv_loop_t *loop)
{
    open_loop(loop);
    begin_every(record, loop, 100);
}

/* Lets 2 seconds pass. */
static void run(struct record *record)
{
    uv_loop_t loop;
    begin(record, &loop);
    let_pass(&loop, 200);
    periodic_stop(&record->periodic);
    ck_assert_int_eq(loop_close(&loop), 0);
    ck_assert_msg(record->count == CALLS, "in 2 seconds only %zu calls came", record->count);
}

static void require_times(const struct record *record, const int expected[CALLS])
{
    ck_assert_msg(record->count == CALLS, "only %zu calls came, and then none", record->count);
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
    struct record record = {.takes = {0, 0.25, 0.33, 0, 0}};
    run(&record);
    require_times(&record, (const int[]){100, 200, 500, 900, 1000});
}
END_TEST

/* Something else has the loop until 70 ms after the first call was due. */
START_TEST(a_late_call_does_not_move_the_others)
{
    struct record record = {.takes = {0}};
    uv_loop_t loop;
    begin(&record, &loop);
    loop_clock_advance(&loop, 0.17);
    ck_assert_int_eq(loop_run(&loop), 0);
    let_pass(&loop, 50);
    periodic_stop(&record.periodic);
    ck_assert_int_eq(loop_close(&loop), 0);
    require_times(&record, (const int[]){170, 200, 300, 400, 500});
}
END_TEST

START_TEST(it_can_be_stopped_inside_a_call)
{
    struct record record = {.stops_at = 2};
    uv_loop_t loop;
    begin(&record, &loop);
    let_pass(&loop, 100);
    ck_assert_msg(record.count == 2,
        "the second call has called periodic_stop, and after it there were %zu more",
        record.count - 2);
    record.began = loop_now(&loop);
    ck_assert_int_eq(periodic_start(&record.periodic), 0);
    let_pass(&loop, 20);
    ck_assert_msg(record.count == 4 && record.times[2] == 100 && record.times[3] == 200,
        "it was stopped and started again, and then %zu calls came in two intervals",
        record.count - 2);
    periodic_stop(&record.periodic);
    let_pass(&loop, 100);
    ck_assert_msg(record.count == 4, "it was stopped, and called");
    ck_assert_int_eq(loop_close(&loop), 0);
}
END_TEST

/* The process is about to fail, so it does not matter what the signal has interrupted. */
static void report(int number)
{
    (void)number;
    ck_abort_msg("the library has ended the program, and says above why: periodic_stop came before "
                 "periodic_start");
}

START_TEST(it_can_be_started_again_inside_a_call)
{
    signal(SIGABRT, report);
    struct record record = {.takes = {0, 0.03}, .starts_at = 2};
    run(&record);
    require_times(&record, (const int[]){100, 200, 330, 430, 530});
}
END_TEST

START_TEST(it_can_be_started_again_between_two_calls)
{
    signal(SIGABRT, report);
    struct record record = {.takes = {0}};
    uv_loop_t loop;
    begin(&record, &loop);
    let_pass(&loop, 15);
    periodic_stop(&record.periodic);
    ck_assert_int_eq(periodic_start(&record.periodic), 0);
    let_pass(&loop, 100);
    periodic_stop(&record.periodic);
    ck_assert_int_eq(loop_close(&loop), 0);
    require_times(&record, (const int[]){100, 250, 350, 450, 550});
}
END_TEST

START_TEST(two_of_them_do_not_know_each_other)
{
    struct record one = {.takes = {0}}, other = {.stops_at = 3};
    uv_loop_t loop;
    open_loop(&loop);
    begin_every(&one, &loop, 100);
    begin_every(&other, &loop, 70);
    let_pass(&loop, 100);
    periodic_stop(&one.periodic);
    ck_assert_int_eq(loop_close(&loop), 0);
    ck_assert_msg(
        other.count == 3 && other.times[0] == 70 && other.times[1] == 140 && other.times[2] == 210,
        "two run, each with its own interval, and the other one was not called at 70, 140 and 210 "
        "ms");
    require_times(&one, (const int[]){100, 200, 300, 400, 500});
}
END_TEST

/*
 * Real work: the loop's clock runs, but in an iteration it stands still.
 */

#define INTERVAL 20 /* milliseconds */

struct work {
    struct periodic periodic;
    unsigned takes[CALLS];                       /* milliseconds */
    uint64_t deadlines[CALLS + 1], ended[CALLS]; /* when each call was due, and when it ended */
    size_t count;
};

static void do_work(void *argument)
{
    struct work *work = argument;
    uv_loop_t *loop = work->periodic.loop;
    work->deadlines[work->count] = work->periodic.timer.deadline;
    uv_sleep(work->takes[work->count]);
    work->ended[work->count] = loop_deadline(loop, 1) - 1000;
    if (++work->count < CALLS)
        return;
    periodic_stop(&work->periodic);
    loop_stop(loop);
}

START_TEST(real_work_is_no_other)
{
    struct work work = {.takes = {5, 50, 5, 5, 0}};
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    work.periodic =
        (struct periodic){.loop = &loop, .interval = INTERVAL, .run = do_work, .argument = &work};
    ck_assert_int_eq(periodic_start(&work.periodic), 0);
    ck_assert_int_eq(loop_run(&loop), 0);
    ck_assert_int_eq(loop_close(&loop), 0);
    for (int i = 1; i < CALLS; i++) {
        int since = (int)(work.deadlines[i] - work.deadlines[0]);
        ck_assert_msg(since % INTERVAL == 0,
            "the calls worked for some milliseconds, and call %d was due %d ms after the first: "
            "these are no whole intervals of %d ms",
            i + 1, since, INTERVAL);
        ck_assert_msg(work.deadlines[i] >= work.ended[i - 1],
            "call %d worked for %u ms, and the next one was due %d ms before it ended: that time "
            "was missed, but a call came for it",
            i, work.takes[i - 1], (int)(work.ended[i - 1] - work.deadlines[i]));
    }
}
END_TEST

int main(void)
{
    return run_suite("1.4",
        (struct test_group[]){
            {"times", (const TTest *const[]){it_comes_at_each_interval,
                          the_time_that_a_call_takes_does_not_add_up,
                          a_time_that_was_missed_is_left_out, a_late_call_does_not_move_the_others,
                          it_can_be_stopped_inside_a_call, it_can_be_started_again_inside_a_call,
                          it_can_be_started_again_between_two_calls,
                          two_of_them_do_not_know_each_other, real_work_is_no_other, NULL}},
            {NULL, NULL}});
}
