/* Reading lines from a stream: their limit, the memory that they need; closed streams. */

#include "support_stream.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Lines
 */

/* The lines that were read: a bar after each line, and "!" for a line that was too long. */
struct lines {
    struct stream *stream;
    struct buffer text;
    int end; /* the result of the last read */
};

static int read_lines(void *argument)
{
    struct lines *lines = argument;
    char *line;
    ssize_t size;
    while ((size = stream_read_line(lines->stream, &line)) > 0 || size == UV_EMSGSIZE) {
        if (size > 0) {
            ck_assert_int_eq(line[size], '\0');
            buffer_append(&lines->text, line, (size_t)size);
            memset(line, 'x', (size_t)size); /* the caller may modify it */
        }
        buffer_append(&lines->text, size > 0 ? "|" : "!|", size > 0 ? 1 : 2);
    }
    lines->end = (int)size;
    return 0;
}

/* Sends the text in pieces that end at the cuts, waits until each was read before it sends the
 * next, and then ends the stream. */
static void expect_lines_in_pieces(const char *text, size_t size, const size_t *cuts, size_t count,
    const char *expected, size_t expected_size)
{
    struct stream stream;
    struct scope scope;
    struct lines lines = {.stream = &stream};
    int peer = open_with_peer(&stream);
    stream.line_limit = 10;
    scope_enter(&scope);
    scope_spawn(&scope, "read_lines", read_lines, &lines);
    size_t sent = 0;
    for (size_t i = 0; i < count; i++) {
        send_all(peer, text + sent, cuts[i] - sent);
        sent = cuts[i];
        wait_until_taken(&stream);
    }
    send_all(peer, text + sent, size - sent);
    close(peer);
    ck_assert_int_eq(scope_join(&scope), 0);
    ck_assert_int_eq(scope_leave(&scope, 0), 0);
    ck_assert_int_eq(lines.end, 0);
    ck_assert_uint_eq(buffer_size(&lines.text), expected_size);
    if (expected_size > 0)
        ck_assert_mem_eq(lines.text.data, expected, expected_size);
    buffer_free(&lines.text);
    stream_close(&stream);
}

/* Sends the text whole, in two and in three pieces, cut at every position, and byte by byte. */
static void expect_lines_sized(
    const char *text, size_t size, const char *expected, size_t expected_size)
{
    size_t each[64];
    expect_lines_in_pieces(text, size, NULL, 0, expected, expected_size);
    for (size_t i = 1; i < size; i++) {
        expect_lines_in_pieces(text, size, &i, 1, expected, expected_size);
        for (size_t j = i + 1; j < size; j++)
            expect_lines_in_pieces(text, size, (size_t[]){i, j}, 2, expected, expected_size);
        each[i - 1] = i;
    }
    if (size > 0)
        expect_lines_in_pieces(text, size, each, size - 1, expected, expected_size);
}

#define EXPECT_LINES(text, expected)                                                               \
    expect_lines_sized(text, sizeof(text) - 1, expected, sizeof(expected) - 1)

TASK_TEST(lines_do_not_depend_on_how_they_arrive)
{
    EXPECT_LINES("um\n\ndois\ntr\n", "um\n|\n|dois\n|tr\n|");
}

TASK_TEST(a_carriage_return_stays_in_the_line)
{
    EXPECT_LINES("a\r\n\r\nb\rc\r\n", "a\r\n|\r\n|b\rc\r\n|");
}

TASK_TEST(the_last_line_may_have_no_newline)
{
    EXPECT_LINES("um\nfim", "um\n|fim|");
    EXPECT_LINES("f", "f|");
}

TASK_TEST(a_line_may_hold_nuls)
{
    EXPECT_LINES("\0a\0\n\0\n\0", "\0a\0\n|\0\n|\0|");
}

TASK_TEST(an_empty_stream_has_no_line)
{
    EXPECT_LINES("", "");
}

TASK_TEST(a_line_as_long_as_the_limit_is_read)
{
    EXPECT_LINES("123456789\nab\n", "123456789\n|ab\n|");
    EXPECT_LINES("1234567890", "1234567890|");
}

TASK_TEST(a_line_over_the_limit_is_dropped_and_the_next_one_read)
{
    EXPECT_LINES("1234567890\nab\n", "!|ab\n|");
    EXPECT_LINES("a\n1234567890\n", "a\n|!|");
    EXPECT_LINES("12345678901", "!|");
}

TASK_TEST(only_the_arrived_part_of_a_long_line_is_dropped)
{
    static const char text[] = "12345678901resto\n";
    static const char expected[] = "!|resto\n|";
    expect_lines_in_pieces(
        text, sizeof(text) - 1, (size_t[]){11}, 1, expected, sizeof(expected) - 1);
}

TASK_TEST(the_limit_is_64_kib_with_the_newline)
{
    struct stream stream;
    struct scope scope;
    char *line;
    int peer = open_with_peer(&stream);
    scope_enter(&scope);
    struct sending longest = {peer, 64 * 1024 - 1, "\n"}, too_long = {peer, 64 * 1024, "\nfim\n"};
    scope_spawn(&scope, "peer", send_long_line, &longest);
    ck_assert_int_eq(stream_read_line(&stream, &line), 64 * 1024);
    scope_spawn(&scope, "peer", send_long_line, &too_long);
    ck_assert_int_eq(stream_read_line(&stream, &line), UV_EMSGSIZE);
    ssize_t size = stream_read_line(&stream, &line);
    if (size == 1) /* the newline arrived after the dropped part */
        size = stream_read_line(&stream, &line);
    ck_assert_int_eq(size, 4);
    ck_assert_str_eq(line, "fim\n");
    ck_assert_int_eq(scope_leave(&scope, 0), 0);
    close(peer);
    stream_close(&stream);
}

TASK_TEST(a_line_is_valid_until_the_next_read)
{
    struct stream stream;
    char *line, *data = calloc(1, 100000);
    int peer = open_with_peer(&stream);
    send_text(peer, "primeira\nsegunda\nter");
    ck_assert_int_eq(stream_read_line(&stream, &line), 9);
    send_text(peer, "ceira\n");
    send_all(peer, data, 100000); /* if the stream read this, it would move the line */
    ck_assert_int_eq(stream_write(&stream, data, 90000), 0);
    ck_assert_int_eq(stream_drain(&stream), 0);
    run_ready();
    ck_assert_str_eq(line, "primeira\n");
    ck_assert_int_eq(stream_read_line(&stream, &line), 8);
    run_ready();
    ck_assert_str_eq(line, "segunda\n");
    ck_assert_int_eq(stream_read_line(&stream, &line), 9);
    ck_assert_str_eq(line, "terceira\n");
    free(data);
    close(peer);
    stream_close(&stream);
}

TASK_TEST(polling_stops_while_no_task_reads)
{
    struct stream stream;
    int peer = open_with_peer(&stream);
    send_text(peer, "um\n");
    ck_assert_int_eq(read_a_line(&stream), 3);
    send_text(peer, "dois\n");
    YIELD_UNTIL(!(stream.events & UV_READABLE));
    ck_assert_int_eq(unread(stream.socket), 5); /* they stay in the socket */
    ck_assert_int_eq(read_a_line(&stream), 5);
    close(peer);
    stream_close(&stream);
}

TASK_TEST(a_stream_that_waits_holds_no_memory)
{
    struct stream stream;
    struct scope scope;
    struct attempt reading;
    int peer = open_with_peer(&stream);
    send_text(peer, "um\n");
    ck_assert_int_eq(read_a_line(&stream), 3);
    scope_enter(&scope);
    attempt_begin(&reading, &scope, read_a_line, &stream);
    wait_until_taken(&stream);
    ck_assert_ptr_null(stream.input.data);
    ck_assert_int_eq(stream_write_text(&stream, "dois\n"), 0);
    run_ready();
    ck_assert_ptr_null(stream.output.data);
    ck_assert_int_eq(scope_leave(&scope, 0), 0);
    close(peer);
    stream_close(&stream);
}

/*
 * All zero is a closed stream, and a closed listener
 */

static bool is_open(int descriptor)
{
    return fcntl(descriptor, F_GETFD) >= 0;
}

TASK_TEST(a_stream_of_zeros_is_closed)
{
    struct stream stream = {0};
    struct listener listener = {0};
    char address[STREAM_ADDRESS_SIZE], *line;
    int own[2];
    socket_pair(SOCK_STREAM, own);
    ck_assert_int_eq(
        dup2(own[0], 0), 0); /* standard input is a socket that one could use by mistake */
    send_text(own[1], "line\n");
    ck_assert_int_eq(stream_read_line(&stream, &line), 0);
    ck_assert_int_eq(stream_read_exactly(&stream, &line, 1), UV_EOF);
    ck_assert_int_eq(stream_read_exactly(&stream, &line, 0), 0);
    ck_assert_str_eq(line, "");
    ck_assert_ptr_null(stream.input.data); /* no call would free it */
    ck_assert_int_eq(stream_read(&stream, &line), 0);
    ck_assert_int_eq(stream_write_text(&stream, "text"), UV_EPIPE);
    ck_assert_int_eq(stream_feed(&stream, "text", 4), UV_EPIPE);
    ck_assert_int_eq(stream_drain(&stream), 0);
    ck_assert_int_eq(stream_peer_address(&stream, address), UV_EBADF);
    ck_assert_int_eq(stream_own_address(&stream, address), UV_EBADF);
    stream_half_close(&stream);
    stream_close(&stream);
    ck_assert_int_eq(listener_accept(&listener), UV_EBADF);
    ck_assert_int_eq(listener_address(&listener, address), UV_EBADF);
    listener_close(&listener);
    ck_assert_int_eq(unread(0), 5);
    ck_assert(is_open(0));
    close(own[0]);
    close(own[1]);
}

TASK_TEST(a_stream_that_could_not_connect_is_closed)
{
    struct stream stream;
    memset(&stream, 0x55, sizeof(stream));
    ck_assert_int_eq(stream_connect(&stream, "127.0.0.1", "99999"), UV_EAI_SERVICE);
    stream_close(&stream);
    memset(&stream, 0x55, sizeof(stream));
    ck_assert_int_eq(stream_connect(&stream, "127.0.0.1", "1"), UV_ECONNREFUSED);
    stream_close(&stream);
}

int main(void)
{
    return run_suite("stream",
        (struct test_group[]){
            {"lines", (const TTest *const[]){lines_do_not_depend_on_how_they_arrive,
                          a_carriage_return_stays_in_the_line, the_last_line_may_have_no_newline,
                          a_line_may_hold_nuls, an_empty_stream_has_no_line, NULL}},
            {"limit", (const TTest *const[]){a_line_as_long_as_the_limit_is_read,
                          a_line_over_the_limit_is_dropped_and_the_next_one_read,
                          only_the_arrived_part_of_a_long_line_is_dropped,
                          the_limit_is_64_kib_with_the_newline, NULL}},
            {"memory",
                (const TTest *const[]){a_line_is_valid_until_the_next_read,
                    polling_stops_while_no_task_reads, a_stream_that_waits_holds_no_memory, NULL}},
            {"closed", (const TTest *const[]){a_stream_of_zeros_is_closed,
                           a_stream_that_could_not_connect_is_closed, NULL}},
            {NULL, NULL}});
}
