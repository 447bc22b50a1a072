/* Counts what was opened, and what was closed. */
// With Valgrind too.
#include "exercise.h"

#include "tests/support.h"

START_TEST(every_metronome_is_closed)
{
    struct band band;
    int error = band_play(&band, 10);
    ck_assert_int_ge(band.beats, 10);
    ck_assert_msg(band.closed == METRONOMES, "%d metronomes were opened, %d have been closed",
        METRONOMES, band.closed);
    ck_assert_msg(error == 0, "band_play says: %s", uv_strerror(error));
}
END_TEST

/* The first loop of a process opens descriptors that libuv keeps for all loops. */
static void open_what_all_loops_share(void)
{
    uv_loop_t loop;
    ck_assert_int_eq(uv_loop_init(&loop), 0);
    ck_assert_int_eq(uv_loop_close(&loop), 0);
}

START_TEST(the_loop_itself_is_closed)
{
    open_what_all_loops_share();
    int before = open_descriptors(0);
    struct band band;
    int error = band_play(&band, 1);
    ck_assert_msg(error == 0, "band_play says: %s", uv_strerror(error));
    int left = open_descriptors(0) - before;
    ck_assert_msg(left == 0, "band_play has returned 0, and %d descriptors are still open", left);
}
END_TEST

int main(void)
{
    return run_suite(
        "1.3", (struct test_group[]){{"closing", (const TTest *const[]){every_metronome_is_closed,
                                                     the_loop_itself_is_closed, NULL}},
                   {NULL, NULL}});
}
