/* Counts what was opened, and what was closed. The linker passes uv_run and uv_loop_close of the
 * program to this file. */
// With Valgrind too.
#include "exercise.h"

#include <signal.h>
#include <unistd.h>

#include "tests/support.h"

static bool running;

int __real_uv_run(uv_loop_t *loop, uv_run_mode mode);
int __real_uv_loop_close(uv_loop_t *loop);

int __wrap_uv_run(uv_loop_t *loop, uv_run_mode mode)
{
    if (running)
        ck_abort_msg("a callback called uv_run, which may not be called inside a callback");
    running = true;
    int alive = __real_uv_run(loop, mode);
    running = false;
    return alive;
}

int __wrap_uv_loop_close(uv_loop_t *loop)
{
    if (running)
        ck_abort_msg("a callback called uv_loop_close, and uv_run goes on with that loop");
    return __real_uv_loop_close(loop);
}

/* The process is about to fail, so it does not matter what the signal has interrupted. */
static void report(int number)
{
    if (number == SIGABRT)
        ck_abort_msg("libuv has ended the program, and says above which of its rules was broken");
    ck_abort_msg("band_play has not returned after two seconds: what does it wait for, and who "
                 "would make that happen?");
}

static void play(struct band *band, int beats)
{
    signal(SIGABRT, report);
    signal(SIGALRM, report);
    alarm(2);
    int error = band_play(band, beats);
    alarm(0);
    ck_assert_msg(band->beats >= beats, "%d beats were asked for, and %d came", beats, band->beats);
    ck_assert_msg(band->closed == METRONOMES, "%d metronomes were opened, %d have been closed",
        METRONOMES, band->closed);
    ck_assert_msg(error <= 0, "band_play has returned %d: that is no error of libuv", error);
    ck_assert_msg(error == 0, "band_play says: %s", uv_strerror(error));
}

START_TEST(every_metronome_is_closed)
{
    struct band band;
    play(&band, 10);
}
END_TEST

/* The first loop of a process opens descriptors that libuv keeps for all loops. */
static void open_what_all_loops_share(void)
{
    uv_loop_t loop;
    ck_assert_int_eq(uv_loop_init(&loop), 0);
    ck_assert_int_eq(uv_loop_close(&loop), 0);
}

static void play_and_count_descriptors(struct band *band)
{
    int before = open_descriptors(0);
    play(band, 1);
    int left = open_descriptors(0) - before;
    ck_assert_msg(left == 0, "band_play has returned 0, and %d descriptors are still open", left);
}

START_TEST(the_loop_itself_is_closed)
{
    struct band band;
    open_what_all_loops_share();
    play_and_count_descriptors(&band);
}
END_TEST

START_TEST(another_band_is_closed_too)
{
    struct band bands[3];
    open_what_all_loops_share();
    for (int i = 0; i < 3; i++)
        play_and_count_descriptors(&bands[i]);
}
END_TEST

int main(void)
{
    return run_suite(
        "1.3", (struct test_group[]){
                   {"closing", (const TTest *const[]){every_metronome_is_closed,
                                   the_loop_itself_is_closed, another_band_is_closed_too, NULL}},
                   {NULL, NULL}});
}
