/* Writing to a stream: one send a pass, the water marks, half-closing, broken connections, closing.
 */
#include "support_stream.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MUCH ((size_t)200000) /* more than the high water mark and small socket buffers hold */

/*
 * One send a pass
 */

/* The peer of a SOCK_SEQPACKET receives each send apart: the size of the next one, or -1. */
static ssize_t next_send(int peer)
{
    char first[64];
    return recv(peer, first, sizeof(first), MSG_DONTWAIT | MSG_TRUNC);
}

static int open_with_packets(struct stream *stream)
{
    int ends[2];
    socket_pair(SOCK_SEQPACKET, ends);
    stream_open(stream, ends[0]);
    return ends[1];
}

static int write_um(void *stream)
{
    return stream_write_text(stream, "um");
}

TASK_TEST(the_writes_of_a_pass_leave_in_one_send_at_its_end)
{
    struct stream stream;
    int peer = open_with_packets(&stream);
    ck_assert_int_eq(stream_write_text(&stream, "um"), 0);
    ck_assert_int_eq(stream_write(&stream, "do\0is", 5), 0);
    ck_assert_int_eq(stream_write_text(&stream, "três"), 0);
    ck_assert_int_eq(next_send(peer), -1);
    task_yield();
    ck_assert_int_eq(next_send(peer), 12);
    ck_assert_int_eq(stream_write_text(&stream, "fim"), 0);
    task_yield();
    ck_assert_int_eq(next_send(peer), 3);
    run_ready();
    ck_assert_int_eq(next_send(peer), -1);
    close(peer);
    stream_close(&stream);
}

TASK_TEST(so_do_those_of_several_tasks)
{
    struct stream stream;
    struct scope scope;
    int peer = open_with_packets(&stream);
    scope_enter(&scope);
    for (int i = 0; i < 3; i++)
        scope_spawn(&scope, "writer", write_um, &stream);
    ck_assert_int_eq(scope_join(&scope), 0);
    scope_leave(&scope, 0);
    run_ready();
    ck_assert_int_eq(next_send(peer), 6);
    ck_assert_int_eq(next_send(peer), -1);
    close(peer);
    stream_close(&stream);
}

TASK_TEST(above_high_water_it_leaves_at_once)
{
    struct stream stream;
    char *data = pattern(STREAM_HIGH_WATER);
    int peer = open_with_packets(&stream);
    ck_assert_int_eq(stream_write(&stream, data, STREAM_HIGH_WATER), 0);
    ck_assert_int_eq(next_send(peer), -1);
    ck_assert_int_eq(stream_write(&stream, data, 1), 0);
    ck_assert_int_eq(next_send(peer), STREAM_HIGH_WATER + 1);
    run_ready();
    ck_assert_int_eq(next_send(peer), -1); /* the pass's end finds nothing */
    free(data);
    close(peer);
    stream_close(&stream);
}

/*
 * The water marks
 */

/* A stream whose peer takes little without reading, and much that has been written to it. */
static int open_with_much_written(struct stream *stream)
{
    char *data = pattern(MUCH);
    int peer = open_with_peer(stream);
    shrink_buffers(stream->socket);
    ck_assert_int_eq(stream_write(stream, data, MUCH), 0);
    free(data);
    return peer;
}

static size_t pending(const struct stream *stream)
{
    return buffer_size(&stream->output);
}

/* Receives what is left of it, and the end of the stream. */
static void receive_rest(int peer, size_t received)
{
    ck_assert_uint_eq(receive_pattern(peer, received, MUCH + 1 - received, 777), MUCH - received);
}

TASK_TEST(drain_waits_from_the_high_mark_to_the_low_one)
{
    struct stream stream;
    struct scope scope;
    struct attempt draining;
    size_t received = 0;
    int peer = open_with_much_written(&stream);
    scope_enter(&scope);
    attempt_begin(&draining, &scope, drain, &stream);
    while (!draining.done) {
        run_ready();
        ck_assert_int_eq(draining.done, pending(&stream) <= STREAM_LOW_WATER);
        if (!draining.done)
            received += receive_pattern(peer, received, 1000, 1000);
    }
    ck_assert_int_eq(draining.result, 0);
    ck_assert_uint_le(pending(&stream), STREAM_LOW_WATER);
    ck_assert_uint_gt(pending(&stream), 0);
    scope_leave(&scope, 0);
    ck_assert_int_eq(stream_half_close(&stream), 0);
    receive_rest(peer, received);
    close(peer);
    stream_close(&stream);
}

TASK_TEST(up_to_the_high_mark_drain_does_not_wait)
{
    struct stream stream;
    struct scope scope;
    struct attempt draining;
    char *data = pattern(STREAM_HIGH_WATER);
    int peer = open_with_peer(&stream);
    shrink_buffers(stream.socket);
    ck_assert_int_eq(stream_drain(&stream), 0);
    ck_assert_int_eq(stream_write(&stream, data, STREAM_HIGH_WATER), 0);
    ck_assert_int_eq(stream_drain(&stream), 0);
    run_ready();
    size_t taken = STREAM_HIGH_WATER - pending(&stream); /* the rest waits for the peer */
    ck_assert_int_eq(stream_write(&stream, data, taken), 0);
    scope_enter(&scope);
    attempt_begin(&draining, &scope, drain, &stream);
    run_ready();
    ck_assert(draining.done && draining.result == 0);
    ck_assert_uint_eq(pending(&stream), STREAM_HIGH_WATER);
    scope_leave(&scope, 0);
    free(data);
    close(peer);
    stream_close(&stream);
}

struct receiving {
    int peer;
    size_t size, step;
};

static int receive_all(void *argument)
{
    const struct receiving *receiving = argument;
    ck_assert_uint_eq(
        receive_pattern(receiving->peer, 0, receiving->size + 1, receiving->step), receiving->size);
    return 0;
}

TASK_TEST(the_order_is_kept)
{
    const size_t size = 1000000;
    struct stream stream;
    struct scope scope;
    char *data = pattern(size);
    int peer = open_with_peer(&stream);
    shrink_buffers(stream.socket);
    scope_enter(&scope);
    struct receiving receiving = {peer, size, 4096};
    scope_spawn(&scope, "peer", receive_all, &receiving);
    for (size_t sent = 0, piece, i = 0; sent < size; sent += piece, i++) {
        piece = i % 50 == 0 ? 100000 : i * 997 % 5000;
        piece = piece < size - sent ? piece : size - sent;
        ck_assert_int_eq(stream_write(&stream, data + sent, piece), 0);
        ck_assert_int_eq(stream_drain(&stream), 0);
        ck_assert_uint_le(pending(&stream), STREAM_HIGH_WATER);
    }
    free(data);
    stream_close(&stream);
    ck_assert_int_eq(scope_join(&scope), 0);
    scope_leave(&scope, 0);
    close(peer);
}

static int drain_for_a_second(void *stream)
{
    struct scope scope;
    scope_enter_until(&scope, loop_deadline(task_loop(), 1.0));
    int error = stream_drain(stream);
    return scope_leave(&scope, error);
}

TASK_TEST(a_drain_that_is_cut_short_loses_nothing)
{
    struct stream stream;
    struct scope scope;
    struct attempt draining;
    int peer = open_with_much_written(&stream);
    scope_enter(&scope);
    attempt_begin(&draining, &scope, drain, &stream);
    YIELD_UNTIL(stream.writer);
    task_cancel(draining.task);
    YIELD_UNTIL(draining.done);
    ck_assert_int_eq(draining.result, UV_ECANCELED);

    attempt_begin(&draining, &scope, drain_for_a_second, &stream);
    YIELD_UNTIL(stream.writer);
    advance(0.999);
    ck_assert(!draining.done);
    advance(0.001);
    ck_assert(draining.done);
    ck_assert_int_eq(draining.result, UV_ETIMEDOUT);
    ck_assert_ptr_null(stream.writer);

    struct receiving receiving = {peer, MUCH, 4096};
    scope_spawn(&scope, "peer", receive_all, &receiving);
    ck_assert_int_eq(stream_drain(&stream), 0);
    stream_close(&stream);
    scope_join(&scope);
    scope_leave(&scope, 0);
    close(peer);
}

static int two_that_drain(void *unused)
{
    struct stream stream;
    struct scope scope;
    struct attempt draining[2];
    (void)unused;
    open_with_much_written(&stream);
    scope_enter(&scope);
    attempt_begin(&draining[0], &scope, drain, &stream);
    attempt_begin(&draining[1], &scope, drain, &stream);
    return scope_join(&scope);
}

START_TEST(two_that_drain_are_a_mistake_that_ends_the_program)
{
    aborts_with("drain on a stream on which another task does the same", two_that_drain);
}
END_TEST

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
    int peer = open_with_much_written(&stream);
    ck_assert_int_eq(stream_half_close(&stream), 0);
    ck_assert_uint_gt(pending(&stream), STREAM_HIGH_WATER);
    receive_rest(peer, 0);
    send_text(peer, "\n");
    ck_assert_int_eq(read_a_line(&stream), 1);
    close(peer);
    stream_close(&stream);
}

TASK_TEST(to_a_peer_that_half_closed_one_still_writes)
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

/* With these tasks waiting and bytes pending or not, a reset reaches them all. */
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
        YIELD_UNTIL(stream.writer);
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

TASK_TEST(a_reset_reaches_who_reads)
{
    expect_reset(true, 0, false);
}

TASK_TEST(a_reset_reaches_who_drains)
{
    expect_reset(false, 5000000, true);
}

TASK_TEST(a_reset_reaches_both)
{
    expect_reset(true, 5000000, true);
}

TASK_TEST(a_reset_found_by_sending_reaches_who_reads)
{
    expect_reset(true, 5000000, false);
}

TASK_TEST(writing_to_a_peer_that_has_left_fails_and_goes_on_failing)
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

TASK_TEST(much_that_cannot_be_sent_is_told_of_at_once)
{
    struct stream stream;
    char *data = pattern(MUCH);
    close(open_with_peer(&stream));
    ck_assert_int_eq(stream_write(&stream, data, MUCH), UV_EPIPE);
    every_call_returns(&stream, UV_EPIPE);
    free(data);
    stream_close(&stream);
}

TASK_TEST(what_had_come_is_read_after_a_failure)
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

TASK_TEST(closing_sends_what_was_just_written)
{
    struct stream stream;
    char data[8];
    int peer = open_with_peer(&stream);
    ck_assert_int_eq(stream_write_text(&stream, "fim"), 0);
    stream_close(&stream);
    ck_assert_int_eq(recv(peer, data, sizeof(data), 0), 3);
    ck_assert_int_eq(recv(peer, data, sizeof(data), 0), 0);
    stream_close(&stream); /* is left as it is */
    ck_assert_int_eq(stream_write_text(&stream, "mais"), UV_EPIPE);
    close(peer);
}

/* Closes in a task of its own while much is pending, and it waits. */
static void begin_to_close(struct stream *stream, struct scope *scope, struct attempt *closing)
{
    attempt_begin(closing, scope, close_stream, stream);
    YIELD_UNTIL(stream->writer);
    run_ready();
    ck_assert(!closing->done);
}

TASK_TEST(closing_waits_for_a_peer_that_reads_slowly)
{
    struct stream stream;
    struct scope scope;
    struct attempt closing;
    int peer = open_with_much_written(&stream);
    scope_enter(&scope);
    begin_to_close(&stream, &scope, &closing);
    receive_rest(peer, 0);
    YIELD_UNTIL(closing.done);
    scope_leave(&scope, 0);
    close(peer);
}

TASK_TEST(it_waits_when_cancelled_too)
{
    struct stream stream;
    struct scope scope;
    struct attempt closing;
    int peer = open_with_much_written(&stream);
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

TASK_TEST(it_gives_up_when_the_peer_does_not_read)
{
    struct stream stream;
    struct scope scope;
    struct attempt closing;
    int peer = open_with_much_written(&stream);
    scope_enter(&scope);
    begin_to_close(&stream, &scope, &closing);
    advance(STREAM_LINGER - 0.001);
    ck_assert(!closing.done);
    advance(0.001);
    ck_assert(closing.done);
    scope_leave(&scope, 0);
    ck_assert_uint_lt(receive_pattern(peer, 0, MUCH, 4096), MUCH);
    close(peer);
}

TASK_TEST(it_gives_up_when_the_connection_breaks)
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
    return run_suite("stream_write",
        (struct test_group[]){
            {"send", (const TTest *const[]){the_writes_of_a_pass_leave_in_one_send_at_its_end,
                         so_do_those_of_several_tasks, above_high_water_it_leaves_at_once, NULL}},
            {"drain", (const TTest *const[]){drain_waits_from_the_high_mark_to_the_low_one,
                          up_to_the_high_mark_drain_does_not_wait, the_order_is_kept,
                          a_drain_that_is_cut_short_loses_nothing,
                          two_that_drain_are_a_mistake_that_ends_the_program, NULL}},
            {"half-close", (const TTest *const[]){a_half_closed_stream_still_reads,
                               half_closing_first_sends_what_is_pending,
                               to_a_peer_that_half_closed_one_still_writes, NULL}},
            {"broken", (const TTest *const[]){a_reset_reaches_who_reads, a_reset_reaches_who_drains,
                           a_reset_reaches_both, a_reset_found_by_sending_reaches_who_reads,
                           writing_to_a_peer_that_has_left_fails_and_goes_on_failing,
                           much_that_cannot_be_sent_is_told_of_at_once,
                           what_had_come_is_read_after_a_failure, NULL}},
            {"close", (const TTest *const[]){closing_sends_what_was_just_written,
                          closing_waits_for_a_peer_that_reads_slowly, it_waits_when_cancelled_too,
                          it_gives_up_when_the_peer_does_not_read,
                          it_gives_up_when_the_connection_breaks, NULL}},
            {NULL, NULL}});
}
