/* Writing to a stream: one send for each iteration, and the water marks. */

#include <stdlib.h>
#include <unistd.h>

#include "common/stream/state.h"
#include "support_stream.h"

/*
 * One send for each iteration
 */

/* The size of the next send, or -1: the peer of a SOCK_SEQPACKET receives each send separately. */
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

static int write_one(void *stream)
{
    return stream_write_text(stream, "um");
}

TASK_TEST(the_writes_of_an_iteration_are_sent_together)
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

TASK_TEST(the_writes_of_several_tasks_are_sent_together)
{
    struct stream stream;
    struct scope scope;
    int peer = open_with_packets(&stream);
    scope_enter(&scope);
    for (int i = 0; i < 3; i++)
        scope_spawn(&scope, "writer", write_one, &stream);
    ck_assert_int_eq(scope_join(&scope), 0);
    scope_leave(&scope, 0);
    run_ready();
    ck_assert_int_eq(next_send(peer), 6);
    ck_assert_int_eq(next_send(peer), -1);
    close(peer);
    stream_close(&stream);
}

TASK_TEST(above_high_water_output_is_sent_at_once)
{
    struct stream stream;
    char *data = pattern(STREAM_HIGH_WATER);
    int peer = open_with_packets(&stream);
    ck_assert_int_eq(stream_write(&stream, data, STREAM_HIGH_WATER), 0);
    ck_assert_int_eq(next_send(peer), -1);
    ck_assert_int_eq(stream_write(&stream, data, 1), 0);
    ck_assert_int_eq(next_send(peer), STREAM_HIGH_WATER + 1);
    run_ready();
    ck_assert_int_eq(next_send(peer), -1); /* nothing is left at the end of the iteration */
    free(data);
    close(peer);
    stream_close(&stream);
}

/*
 * The water marks
 */

TASK_TEST(drain_waits_from_high_water_to_low_water)
{
    struct stream stream;
    struct scope scope;
    struct attempt draining;
    size_t received = 0;
    int peer = open_with_pending_output(&stream);
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

TASK_TEST(drain_does_not_wait_below_high_water)
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
    size_t taken = STREAM_HIGH_WATER - pending(&stream); /* the rest is pending */
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

TASK_TEST(bytes_arrive_in_order)
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
    scope_enter_for(&scope, 1.0);
    int error = stream_drain(stream);
    return scope_leave(&scope, error);
}

TASK_TEST(a_cancelled_drain_loses_nothing)
{
    struct stream stream;
    struct scope scope;
    struct attempt draining;
    int peer = open_with_pending_output(&stream);
    scope_enter(&scope);
    attempt_begin(&draining, &scope, drain, &stream);
    YIELD_UNTIL(stream_drainer(&stream));
    task_cancel(draining.task);
    YIELD_UNTIL(draining.done);
    ck_assert_int_eq(draining.result, UV_ECANCELED);

    attempt_begin(&draining, &scope, drain_for_a_second, &stream);
    YIELD_UNTIL(stream_drainer(&stream));
    advance(0.999);
    ck_assert(!draining.done);
    advance(0.001);
    ck_assert(draining.done);
    ck_assert_int_eq(draining.result, UV_ETIMEDOUT);
    ck_assert_ptr_null(stream_drainer(&stream));

    struct receiving receiving = {peer, MANY_BYTES, 4096};
    scope_spawn(&scope, "peer", receive_all, &receiving);
    ck_assert_int_eq(stream_drain(&stream), 0);
    stream_close(&stream);
    scope_join(&scope);
    scope_leave(&scope, 0);
    close(peer);
}

/* One of them is cancelled; the others wait on, and all are woken together. */
TASK_TEST(several_may_drain)
{
    struct stream stream;
    struct scope scope;
    struct attempt draining[3];
    int peer = open_with_pending_output(&stream);
    scope_enter(&scope);
    for (int i = 0; i < 3; i++)
        attempt_begin(&draining[i], &scope, drain, &stream);
    run_ready();
    task_cancel(draining[1].task);
    run_ready();
    ck_assert(draining[1].done && !draining[0].done && !draining[2].done);
    ck_assert_int_eq(draining[1].result, UV_ECANCELED);
    struct receiving receiving = {peer, MANY_BYTES, 4096};
    scope_spawn(&scope, "peer", receive_all, &receiving);
    YIELD_UNTIL(draining[0].done);
    YIELD_UNTIL(draining[2].done);
    ck_assert_int_eq(draining[0].result, 0);
    ck_assert_int_eq(draining[2].result, 0);
    stream_close(&stream);
    scope_join(&scope);
    scope_leave(&scope, 0);
    close(peer);
}

TASK_TEST(several_that_drain_hear_of_a_broken_connection)
{
    struct stream stream;
    struct scope scope;
    struct attempt draining[2];
    int peer = open_with_pending_output(&stream);
    scope_enter(&scope);
    for (int i = 0; i < 2; i++)
        attempt_begin(&draining[i], &scope, drain, &stream);
    run_ready();
    close(peer);
    for (int i = 0; i < 2; i++) {
        YIELD_UNTIL(draining[i].done);
        ck_assert_int_lt(draining[i].result, 0);
    }
    scope_leave(&scope, 0);
    stream_close(&stream);
}

/* A write for which there is no memory: nobody may wait for an answer to it, or for its room. */
TASK_TEST(a_write_that_fails_wakes_all_who_wait)
{
    struct stream stream;
    struct scope scope;
    struct attempt draining, reading;
    int peer = open_with_pending_output(&stream);
    scope_enter(&scope);
    attempt_begin(&draining, &scope, drain, &stream);
    attempt_begin(&reading, &scope, read_a_line, &stream);
    wait_until_it_waits(&reading, "read_line");
    ck_assert_int_eq(stream_write(&stream, "", PTRDIFF_MAX), UV_ENOMEM);
    run_ready();
    ck_assert(draining.done && reading.done);
    ck_assert_int_eq(draining.result, UV_ENOMEM);
    ck_assert_int_eq(reading.result, UV_ENOMEM);
    scope_leave(&scope, 0);
    close(peer);
    stream_close(&stream);
}

/* A peer that says good-bye and does not wait for the answer. */
TASK_TEST(what_arrived_before_a_failed_send_can_be_read)
{
    struct stream stream;
    char *line;
    int peer = open_with_peer(&stream);
    send_text(peer, "one\n");
    ck_assert_int_eq(stream_read_line(&stream, &line), 4);
    send_text(peer, "two\n");
    close(peer);
    ck_assert_int_eq(stream_write_text(&stream, "answer"), 0);
    run_ready();
    ck_assert_int_eq(stream.error, UV_EPIPE);
    ck_assert_int_eq(stream_read_line(&stream, &line), 4);
    ck_assert_str_eq(line, "two\n");
    ck_assert_int_eq(stream_read_line(&stream, &line), UV_EPIPE);
    ck_assert_int_eq(stream_read_line(&stream, &line), UV_EPIPE);
    stream_close(&stream);
}

int main(void)
{
    return run_suite("stream_write",
        (struct test_group[]){
            {"send", (const TTest *const[]){the_writes_of_an_iteration_are_sent_together,
                         the_writes_of_several_tasks_are_sent_together,
                         above_high_water_output_is_sent_at_once, NULL}},
            {"drain", (const TTest *const[]){drain_waits_from_high_water_to_low_water,
                          drain_does_not_wait_below_high_water, bytes_arrive_in_order,
                          a_cancelled_drain_loses_nothing, several_may_drain,
                          several_that_drain_hear_of_a_broken_connection, NULL}},
            {"failure", (const TTest *const[]){a_write_that_fails_wakes_all_who_wait,
                            what_arrived_before_a_failed_send_can_be_read, NULL}},
            {NULL, NULL}});
}
