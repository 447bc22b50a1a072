/* Reading a stream: exact sizes, what has arrived, feeding, and waiting. */
#include "support_stream.h"

#include <unistd.h>

/*
 * Other reads
 */

static int read_ten(void *stream)
{
    char *data;
    ssize_t size = stream_read_exactly(stream, &data, 10);
    if (size == 10)
        ck_assert_mem_eq(data, "0123\n\0\r789", 11); /* including the NUL after it */
    return (int)size;
}

TASK_TEST(an_exact_size_does_not_depend_on_how_it_arrives)
{
    static const char text[] = "0123\n\0\r7890123";
    for (size_t cut = 1; cut < 14; cut++) {
        struct stream stream;
        struct scope scope;
        struct attempt reading;
        char *data;
        int peer = open_with_peer(&stream);
        scope_enter(&scope);
        attempt_begin(&reading, &scope, read_ten, &stream);
        send_all(peer, text, cut);
        if (cut < 10)
            wait_until_taken(&stream);
        send_all(peer, text + cut, 14 - cut);
        scope_join(&scope);
        scope_leave(&scope, 0);
        ck_assert_int_eq(reading.result, 10);
        ck_assert_int_eq(stream_read_exactly(&stream, &data, 4), 4);
        ck_assert_str_eq(data, "0123");
        close(peer);
        stream_close(&stream);
    }
}

TASK_TEST(too_few_bytes_for_an_exact_size_stay_readable)
{
    struct stream stream;
    char *data;
    int peer = open_with_peer(&stream);
    send_text(peer, "um\ndois");
    close(peer);
    ck_assert_int_eq(stream_read_exactly(&stream, &data, 8), UV_EOF);
    ck_assert_int_eq(stream_read_line(&stream, &data), 3);
    ck_assert_str_eq(data, "um\n");
    ck_assert_int_eq(stream_read_exactly(&stream, &data, 5), UV_EOF);
    ck_assert_int_eq(stream_read(&stream, &data), 4);
    ck_assert_str_eq(data, "dois");
    ck_assert_int_eq(stream_read_exactly(&stream, &data, 1), UV_EOF);
    stream_close(&stream);
}

TASK_TEST(an_exact_size_may_be_zero_or_large)
{
    struct stream stream;
    struct scope scope;
    char *data;
    int peer = open_with_peer(&stream);
    ck_assert_int_eq(stream_read_exactly(&stream, &data, 0), 0);
    ck_assert_str_eq(data, "");
    scope_enter(&scope);
    struct sending much = {peer, 300000, "fim"};
    scope_spawn(&scope, "peer", send_long_line, &much);
    ck_assert_int_eq(stream_read_exactly(&stream, &data, 300000), 300000);
    ck_assert_int_eq(stream_read_exactly(&stream, &data, 3), 3);
    ck_assert_str_eq(data, "fim");
    ck_assert_int_eq(stream_read_exactly(&stream, &data, 0), 0);
    scope_leave(&scope, 0);
    close(peer);
    stream_close(&stream);
}

TASK_TEST(read_returns_what_has_arrived)
{
    struct stream stream;
    char *data;
    int peer = open_with_peer(&stream);
    send_text(peer, "um\ndois");
    ck_assert_int_eq(stream_read_line(&stream, &data), 3);
    ck_assert_int_eq(stream_read(&stream, &data), 4);
    ck_assert_str_eq(data, "dois");
    send_all(peer, "a\0b", 3);
    ck_assert_int_eq(stream_read(&stream, &data), 3);
    ck_assert_mem_eq(data, "a\0b", 4);
    close(peer);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(stream_read(&stream, &data), 0);
    ck_assert_int_eq(stream_read_line(&stream, &data), 0);
    stream_close(&stream);
}

/*
 * Feeding
 */

TASK_TEST(fed_bytes_are_read_in_order)
{
    struct stream stream;
    char *line;
    int peer = open_with_peer(&stream);
    ck_assert_int_eq(stream_feed(&stream, "um\nme", 5), 0);
    ck_assert_int_eq(stream_read_line(&stream, &line), 3);
    ck_assert_str_eq(line, "um\n");
    send_text(peer, "io\n");
    ck_assert_int_eq(stream_read_line(&stream, &line), 5);
    ck_assert_str_eq(line, "meio\n");
    close(peer);
    stream_close(&stream);
}

TASK_TEST(feeding_after_a_line_changes_no_byte)
{
    struct stream stream;
    char *line;
    int peer = open_with_peer(&stream);
    send_text(peer, "um\n");
    ck_assert_int_eq(stream_read_line(&stream, &line), 3);
    ck_assert_int_eq(stream_feed(&stream, "dois\n", 5), 0);
    ck_assert_int_eq(stream_read_line(&stream, &line), 5);
    ck_assert_str_eq(line, "dois\n");
    close(peer);
    stream_close(&stream);
}

TASK_TEST(feeding_wakes_the_reader)
{
    struct stream stream;
    struct scope scope;
    struct attempt reading;
    int peer = open_with_peer(&stream);
    scope_enter(&scope);
    attempt_begin(&reading, &scope, read_a_line, &stream);
    wait_until_taken(&stream);
    ck_assert_int_eq(stream_feed(&stream, "um\n", 3), 0);
    run_ready();
    ck_assert(reading.done);
    ck_assert_int_eq(reading.result, 3);
    scope_leave(&scope, 0);
    close(peer);
    stream_close(&stream);
}

/*
 * Cancelled waits
 */

TASK_TEST(a_cancelled_read_loses_nothing)
{
    struct stream stream;
    struct scope scope;
    struct attempt reading;
    char *line;
    int peer = open_with_peer(&stream);
    scope_enter(&scope);
    attempt_begin(&reading, &scope, read_a_line, &stream);
    send_text(peer, "meia ");
    wait_until_taken(&stream);
    task_cancel(reading.task);
    ck_assert_int_eq(scope_join(&scope), 0);
    ck_assert_int_eq(reading.result, UV_ECANCELED);
    ck_assert_ptr_null(stream.reader);
    scope_leave(&scope, 0);
    send_text(peer, "linha\n");
    ck_assert_int_eq(stream_read_line(&stream, &line), 11);
    ck_assert_str_eq(line, "meia linha\n");
    close(peer);
    stream_close(&stream);
}

static int let_a_second_pass(void *unused)
{
    (void)unused;
    advance(1.0);
    return 0;
}

TASK_TEST(a_deadline_ends_a_read_and_the_stream_goes_on)
{
    struct stream stream;
    struct scope clock, scope;
    char *line;
    int peer = open_with_peer(&stream);
    scope_enter(&clock);
    scope_spawn(&clock, "clock", let_a_second_pass, NULL);
    scope_enter_for(&scope, 1.0);
    ck_assert_int_eq(stream_read_line(&stream, &line), UV_ETIMEDOUT);
    ck_assert_int_eq(stream_read_exactly(&stream, &line, 1), UV_ETIMEDOUT);
    ck_assert_int_eq(stream_read(&stream, &line), UV_ETIMEDOUT);
    ck_assert_int_eq(scope_leave(&scope, 0), 0);
    scope_leave(&clock, 0);
    send_text(peer, "um\n");
    ck_assert_int_eq(stream_read_line(&stream, &line), 3);
    close(peer);
    stream_close(&stream);
}

static int two_readers(void *unused)
{
    (void)unused;
    struct stream stream;
    struct scope scope;
    struct attempt reading[2];
    open_with_peer(&stream);
    scope_enter(&scope);
    attempt_begin(&reading[0], &scope, read_a_line, &stream);
    attempt_begin(&reading[1], &scope, read_a_line, &stream);
    return scope_join(&scope);
}

START_TEST(two_readers_end_the_program)
{
    aborts_with("read_line on a stream on which another task does the same", two_readers);
}
END_TEST

TASK_TEST(a_closed_stream_has_no_more_lines)
{
    struct stream stream;
    char *line;
    int peer = open_with_peer(&stream);
    send_text(peer, "um\ndois\n");
    ck_assert_int_eq(stream_read_line(&stream, &line), 3);
    stream_close(&stream);
    ck_assert_int_eq(stream_read_line(&stream, &line), 0);
    ck_assert_int_eq(stream_feed(&stream, "x\n", 2), UV_EPIPE);
    close(peer);
}

static int count_turns(void *turns)
{
    int error;
    while (!(error = task_yield()))
        ++*(int *)turns;
    return error;
}

TASK_TEST(a_peer_that_never_pauses_does_not_hold_the_loop)
{
    static const char flood[100 * 1024] = "";
    struct stream stream;
    struct scope scope;
    char *data;
    int turns = 0, peer = open_with_peer(&stream);
    ck_assert_int_eq(write(peer, flood, sizeof(flood)), sizeof(flood));
    close(peer);
    scope_enter(&scope);
    ck_assert_int_eq(scope_spawn(&scope, "other", count_turns, &turns), 0);
    while (stream_read(&stream, &data) > 0)
        ;
    ck_assert_int_gt(turns, 1); /* once every 16 receives */
    scope_leave(&scope, 0);
    stream_close(&stream);
}

int main(void)
{
    return run_suite("stream_read",
        (struct test_group[]){
            {"other ways",
                (const TTest *const[]){an_exact_size_does_not_depend_on_how_it_arrives,
                    too_few_bytes_for_an_exact_size_stay_readable,
                    an_exact_size_may_be_zero_or_large, read_returns_what_has_arrived, NULL}},
            {"feeding", (const TTest *const[]){fed_bytes_are_read_in_order,
                            feeding_after_a_line_changes_no_byte, feeding_wakes_the_reader, NULL}},
            {"waiting", (const TTest *const[]){a_cancelled_read_loses_nothing,
                            a_deadline_ends_a_read_and_the_stream_goes_on,
                            two_readers_end_the_program, a_closed_stream_has_no_more_lines,
                            a_peer_that_never_pauses_does_not_hold_the_loop, NULL}},
            {NULL, NULL}});
}
