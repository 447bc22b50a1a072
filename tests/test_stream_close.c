/* The end of a stream: half-closing, broken connections, closing. */

#include <stdlib.h>
#include <unistd.h>

#include "common/stream/state.h"
#include "support_stream.h"

/*
 * One direction ends
 */

TASK_TEST(a_half_closed_stream_still_reads)
{
    struct stream stream;
    char *line, data[8];
    int peer = open_with_peer(&stream);
    ck_assert_int_eq(stream_write_text(&stream, "fim"), 0);
    ck_assert_int_eq(stream_half_close(&stream), 0);
    ck_assert_int_eq(recv(peer, data, sizeof(data), 0), 3);
    ck_assert_int_eq(recv(peer, data, sizeof(data), 0), 0);
    ck_assert_int_eq(stream_write_text(&stream, "mais"), UV_EPIPE);
    ck_assert_int_eq(stream_half_close(&stream), 0);
    send_text(peer, "resposta\n");
    ck_assert_int_eq(stream_read_line(&stream, &line), 9);
    ck_assert_str_eq(line, "resposta\n");
    close(peer);
    ck_assert_int_eq(stream_read_line(&stream, &line), 0);
    stream_close(&stream);
}

TASK_TEST(half_closing_first_sends_what_is_pending)
{
    struct stream stream;
    int peer = open_with_pending_output(&stream);
    ck_assert_int_eq(stream_half_close(&stream), 0);
    ck_assert_uint_gt(pending(&stream), STREAM_HIGH_WATER);
    receive_rest(peer, 0);
    send_text(peer, "\n");
    ck_assert_int_eq(read_a_line(&stream), 1);
    close(peer);
    stream_close(&stream);
}

TASK_TEST(a_stream_still_writes_to_a_half_closed_peer)
{
    struct stream stream;
    char data[8];
    int peer = open_with_peer(&stream);
    send_text(peer, "um\n");
    shutdown(peer, SHUT_WR);
    ck_assert_int_eq(read_a_line(&stream), 3);
    ck_assert_int_eq(read_a_line(&stream), 0);
    ck_assert_int_eq(stream_write_text(&stream, "dois"), 0);
    task_yield();
    ck_assert_int_eq(recv(peer, data, sizeof(data), 0), 4);
    close(peer);
    stream_close(&stream);
}

/*
 * Broken connections
 */

static int open_with_tcp_peer(struct stream *stream)
{
    int ends[2];
    tcp_pair(ends);
    shrink_buffers(ends[0]);
    stream_open(stream, ends[0]);
    return ends[1];
}

static void every_call_returns(struct stream *stream, int error)
{
    char *data;
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(stream_read_line(stream, &data), error);
        ck_assert_int_eq(stream_read(stream, &data), error);
        ck_assert_int_eq(stream_read_exactly(stream, &data, 1), error);
        ck_assert_int_eq(stream_write_text(stream, "x"), error);
        ck_assert_int_eq(stream_drain(stream), error);
        ck_assert_int_eq(stream_half_close(stream), error);
    }
}

/* Checks that a reset reaches the tasks that wait, with or without pending bytes. */
static void expect_reset(bool reads, size_t written, bool drains)
{
    struct stream stream;
    struct scope scope;
    struct attempt reading, draining;
    int peer = open_with_tcp_peer(&stream);
    scope_enter(&scope);
    if (reads) {
        attempt_begin(&reading, &scope, read_a_line, &stream);
        wait_until_taken(&stream);
    }
    if (written > 0) {
        char *data = pattern(written);
        ck_assert_int_eq(stream_write(&stream, data, written), 0);
        free(data);
        run_ready();
        ck_assert_uint_gt(pending(&stream), 0);
    }
    if (drains) {
        attempt_begin(&draining, &scope, drain, &stream);
        YIELD_UNTIL(stream_drainer(&stream));
    }
    reset(peer);
    ck_assert_int_eq(scope_join(&scope), 0);
    if (reads)
        ck_assert_int_eq(reading.result, UV_ECONNRESET);
    if (drains)
        ck_assert_int_eq(draining.result, UV_ECONNRESET);
    every_call_returns(&stream, UV_ECONNRESET);
    scope_leave(&scope, 0);
    stream_close(&stream);
}

TASK_TEST(a_reset_reaches_the_reader)
{
    expect_reset(true, 0, false);
}

TASK_TEST(a_reset_reaches_the_writer)
{
    expect_reset(false, 5000000, true);
}

TASK_TEST(a_reset_reaches_both)
{
    expect_reset(true, 5000000, true);
}

TASK_TEST(a_reset_found_by_sending_reaches_the_reader)
{
    expect_reset(true, 5000000, false);
}

TASK_TEST(every_write_to_a_closed_peer_fails)
{
    struct stream stream;
    int error, peer = open_with_tcp_peer(&stream);
    close(peer);
    do
        error = stream_write_text(&stream, "x");
    while (!error && !task_yield());
    ck_assert_msg(error == UV_EPIPE || error == UV_ECONNRESET, "%s", uv_strerror(error));
    every_call_returns(&stream, error);
    stream_close(&stream);
}

TASK_TEST(a_large_write_reports_a_broken_connection)
{
    struct stream stream;
    char *data = pattern(MANY_BYTES);
    close(open_with_peer(&stream));
    ck_assert_int_eq(stream_write(&stream, data, MANY_BYTES), UV_EPIPE);
    every_call_returns(&stream, UV_EPIPE);
    free(data);
    stream_close(&stream);
}

TASK_TEST(bytes_that_arrived_are_read_after_a_failure)
{
    struct stream stream;
    char *line;
    int peer = open_with_peer(&stream);
    send_text(peer, "um\ndois\n");
    ck_assert_int_eq(stream_read_line(&stream, &line), 3);
    close(peer);
    ck_assert_int_eq(stream_write_text(&stream, "x"), 0);
    task_yield();
    ck_assert_int_eq(stream_write_text(&stream, "x"), UV_EPIPE);
    ck_assert_int_eq(stream_read_line(&stream, &line), 5);
    ck_assert_str_eq(line, "dois\n");
    every_call_returns(&stream, UV_EPIPE);
    stream_close(&stream);
}

/*
 * Closing
 */

TASK_TEST(closing_sends_pending_output)
{
    struct stream stream;
    char data[8];
    int peer = open_with_peer(&stream);
    ck_assert_int_eq(stream_write_text(&stream, "fim"), 0);
    stream_close(&stream);
    ck_assert_int_eq(recv(peer, data, sizeof(data), 0), 3);
    ck_assert_int_eq(recv(peer, data, sizeof(data), 0), 0);
    stream_close(&stream); /* does nothing */
    ck_assert_int_eq(stream_write_text(&stream, "mais"), UV_EPIPE);
    close(peer);
}

/* Closes the stream in another task, which waits because many bytes are pending. */
static void begin_to_close(struct stream *stream, struct scope *scope, struct attempt *closing)
{
    attempt_begin(closing, scope, close_stream, stream);
    YIELD_UNTIL(stream_drainer(stream));
    run_ready();
    ck_assert(!closing->done);
}

TASK_TEST(closing_waits_for_a_peer_that_reads_slowly)
{
    struct stream stream;
    struct scope scope;
    struct attempt closing;
    int peer = open_with_pending_output(&stream);
    scope_enter(&scope);
    begin_to_close(&stream, &scope, &closing);
    receive_rest(peer, 0);
    YIELD_UNTIL(closing.done);
    scope_leave(&scope, 0);
    close(peer);
}

/* The bytes that a read returned would be freed when the stream is closed. */
TASK_TEST(a_stream_that_is_being_closed_has_no_input)
{
    struct stream stream;
    struct scope scope;
    struct attempt closing;
    char *data;
    int peer = open_with_pending_output(&stream);
    ck_assert_int_eq(stream_feed(&stream, "um\ndois\n", 8), 0);
    ck_assert_int_eq(read_a_line(&stream), 3);
    scope_enter(&scope);
    begin_to_close(&stream, &scope, &closing);
    ck_assert_int_eq(stream_read_line(&stream, &data), 0);
    ck_assert_int_eq(stream_read(&stream, &data), 0);
    ck_assert_int_eq(stream_read_exactly(&stream, &data, 1), UV_EOF);
    ck_assert_int_eq(stream_feed(&stream, "x", 1), UV_EPIPE);
    receive_rest(peer, 0);
    YIELD_UNTIL(closing.done);
    scope_leave(&scope, 0);
    close(peer);
}

TASK_TEST(closing_waits_in_a_cancelled_task)
{
    struct stream stream;
    struct scope scope;
    struct attempt closing;
    int peer = open_with_pending_output(&stream);
    scope_enter(&scope);
    begin_to_close(&stream, &scope, &closing);
    task_cancel(closing.task);
    run_ready();
    ck_assert(!closing.done);
    receive_rest(peer, 0);
    YIELD_UNTIL(closing.done);
    scope_leave(&scope, 0);
    close(peer);
}

TASK_TEST(closing_gives_up_when_the_peer_does_not_read)
{
    struct stream stream;
    struct scope scope;
    struct attempt closing;
    int peer = open_with_pending_output(&stream);
    scope_enter(&scope);
    begin_to_close(&stream, &scope, &closing);
    advance(STREAM_LINGER - 0.001);
    ck_assert(!closing.done);
    advance(0.001);
    ck_assert(closing.done);
    scope_leave(&scope, 0);
    ck_assert_uint_lt(receive_pattern(peer, 0, MANY_BYTES, 4096), MANY_BYTES);
    close(peer);
}

TASK_TEST(closing_gives_up_when_the_connection_breaks)
{
    struct stream stream;
    struct scope scope;
    struct attempt closing;
    char *data = pattern(5000000);
    int peer = open_with_tcp_peer(&stream);
    ck_assert_int_eq(stream_write(&stream, data, 5000000), 0);
    free(data);
    scope_enter(&scope);
    begin_to_close(&stream, &scope, &closing);
    reset(peer);
    YIELD_UNTIL(closing.done);
    scope_leave(&scope, 0);
}

int main(void)
{
    return run_suite("stream_close",
        (struct test_group[]){
            {"half-close", (const TTest *const[]){a_half_closed_stream_still_reads,
                               half_closing_first_sends_what_is_pending,
                               a_stream_still_writes_to_a_half_closed_peer, NULL}},
            {"broken",
                (const TTest *const[]){a_reset_reaches_the_reader, a_reset_reaches_the_writer,
                    a_reset_reaches_both, a_reset_found_by_sending_reaches_the_reader,
                    every_write_to_a_closed_peer_fails, a_large_write_reports_a_broken_connection,
                    bytes_that_arrived_are_read_after_a_failure, NULL}},
            {"close",
                (const TTest *const[]){closing_sends_pending_output,
                    closing_waits_for_a_peer_that_reads_slowly,
                    a_stream_that_is_being_closed_has_no_input, closing_waits_in_a_cancelled_task,
                    closing_gives_up_when_the_peer_does_not_read,
                    closing_gives_up_when_the_connection_breaks, NULL}},
            {NULL, NULL}});
}
