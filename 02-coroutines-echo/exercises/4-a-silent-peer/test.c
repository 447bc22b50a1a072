/* Peers that are silent, slow, or talkative. The test moves the clock instead of waiting. */
#include "exercise.h"

#include <string.h>
#include <unistd.h>

#include "tests/support_stream.h"

struct talk {
    struct stream stream;
    struct scope scope;
    struct attempt echoing;
    int peer;
};

static int echo_ten_seconds(void *stream)
{
    return echo(stream, 10);
}

static void talk_begin(struct talk *talk)
{
    talk->peer = open_with_peer(&talk->stream);
    scope_enter(&talk->scope);
    attempt_begin(&talk->echoing, &talk->scope, echo_ten_seconds, &talk->stream);
    run_ready();
}

static void say(struct talk *talk, const char *text)
{
    send_text(talk->peer, text);
    wait_until_taken(&talk->stream);
}

static void expect(struct talk *talk, const char *text)
{
    char received[100] = "";
    run_ready();
    ssize_t size = recv(talk->peer, received, sizeof(received) - 1, MSG_DONTWAIT);
    ck_assert_msg(size <= 0 || received[size - 1] == '\n',
        "the peer has \"%s\", and after it no end of the line", received);
    ck_assert_msg(strcmp(received, text) == 0, "the peer should have \"%.*s\", and has \"%.*s\"",
        (int)strcspn(text, "\n"), text, size < 0 ? 0 : (int)strcspn(received, "\n"), received);
}

static void talk_end(struct talk *talk)
{
    ck_assert_msg(talk->echoing.done, "the peer has its last line, and echo goes on");
    ck_assert_msg(talk->stream.open, "echo has closed the stream, which belongs to its caller");
    ck_assert_msg(talk->echoing.result == 0, "echo returned %s instead of 0",
        talk->echoing.result ? uv_err_name(talk->echoing.result) : "0");
    scope_leave(&talk->scope, 0);
    stream_close(&talk->stream);
    close(talk->peer);
}

TASK_TEST(lines_come_back)
{
    struct talk talk;
    talk_begin(&talk);
    say(&talk, "one\ntwo\n");
    expect(&talk, "one\ntwo\n");
    shutdown(talk.peer, SHUT_WR);
    YIELD_UNTIL(talk.echoing.done);
    talk_end(&talk);
}

TASK_TEST(a_silent_peer_is_left)
{
    struct talk talk;
    talk_begin(&talk);
    advance(9.9);
    ck_assert_msg(!talk.echoing.done, "9.9 seconds are within 10");
    advance(0.1);
    ck_assert_msg(talk.echoing.done, "10 seconds of silence, and it still waits");
    expect(&talk, "Too quiet\n");
    talk_end(&talk);
}

TASK_TEST(each_line_has_its_own_ten_seconds)
{
    struct talk talk;
    talk_begin(&talk);
    for (int i = 0; i < 3; i++) {
        advance(9.0);
        ck_assert_msg(!talk.echoing.done, "a line came in time, and yet it has ended");
        say(&talk, "still here\n");
        expect(&talk, "still here\n");
    }
    advance(10.0);
    expect(&talk, "Too quiet\n");
    talk_end(&talk);
}

static int echo_a_short_time(void *stream)
{
    return echo(stream, 2.5);
}

TASK_TEST(the_caller_sets_the_time)
{
    struct talk talk;
    talk.peer = open_with_peer(&talk.stream);
    scope_enter(&talk.scope);
    attempt_begin(&talk.echoing, &talk.scope, echo_a_short_time, &talk.stream);
    run_ready();
    advance(2.4);
    ck_assert_msg(!talk.echoing.done, "2.4 seconds are within 2.5");
    advance(0.1);
    ck_assert_msg(talk.echoing.done, "2.5 seconds were set, and after them it still waits");
    expect(&talk, "Too quiet\n");
    talk_end(&talk);
}

TASK_TEST(a_line_may_contain_any_byte)
{
    static const char line[] = "one\0two\n";
    struct talk talk;
    char received[100];
    talk_begin(&talk);
    ck_assert_int_eq(write(talk.peer, line, sizeof(line) - 1), sizeof(line) - 1);
    wait_until_taken(&talk.stream);
    run_ready();
    ssize_t size = recv(talk.peer, received, sizeof(received), MSG_DONTWAIT);
    ck_assert_msg(size == sizeof(line) - 1 && memcmp(received, line, sizeof(line) - 1) == 0,
        "a line of %zu bytes, one of them 0, came back as %zd bytes", sizeof(line) - 1, size);
    shutdown(talk.peer, SHUT_WR);
    YIELD_UNTIL(talk.echoing.done);
    talk_end(&talk);
}

TASK_TEST(half_a_line_does_not_count)
{
    struct talk talk;
    talk_begin(&talk);
    advance(9.0);
    say(&talk, "I am slo");
    advance(1.0);
    ck_assert_msg(talk.echoing.done, "a byte now and then, and it waits for ever");
    expect(&talk, "Too quiet\n");
    talk_end(&talk);
}

static void expect_error(struct talk *talk, int error, const char *what)
{
    ck_assert_msg(talk->echoing.done, "%s, and echo still waits", what);
    ck_assert_msg(talk->echoing.result == error, "%s, and echo returned %s instead of UV_%s", what,
        talk->echoing.result ? uv_err_name(talk->echoing.result) : "0", uv_err_name(error));
    expect(talk, "");
    scope_leave(&talk->scope, 0);
    stream_close(&talk->stream);
    close(talk->peer);
}

TASK_TEST(a_cancellation_is_no_silence)
{
    struct talk talk;
    talk_begin(&talk);
    task_cancel(talk.echoing.task);
    run_ready();
    expect_error(&talk, UV_ECANCELED, "the task was cancelled");
}

TASK_TEST(an_error_is_no_silence)
{
    struct talk talk;
    talk_begin(&talk);
    talk.stream.line_limit = 8;
    send_text(talk.peer, "a line that is too long\n");
    YIELD_UNTIL(talk.echoing.done);
    expect_error(&talk, UV_EMSGSIZE, "the line was too long");
}

int main(void)
{
    return run_suite(
        "2.4", (struct test_group[]){
                   {"limit", (const TTest *const[]){lines_come_back, a_silent_peer_is_left,
                                 each_line_has_its_own_ten_seconds, half_a_line_does_not_count,
                                 the_caller_sets_the_time, a_line_may_contain_any_byte,
                                 a_cancellation_is_no_silence, an_error_is_no_silence, NULL}},
                   {NULL, NULL}});
}
