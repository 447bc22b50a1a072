/* Counts every send() of the process, and the turns of another task. */
#include "exercise.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/support_stream.h"

#define LINES_A_TURN 20

static int sent, turns, turns_at_last_send = -1, most_at_once, sends_without_turn;
static size_t received;
static char text[4096];

ssize_t __real_send(int socket, const void *data, size_t size, int flags);

ssize_t __wrap_send(int socket, const void *data, size_t size, int flags)
{
    sent++;
    sends_without_turn += turns == turns_at_last_send;
    turns_at_last_send = turns;
    int lines = 0;
    for (const char *c = data; c < (const char *)data + size; c++)
        lines += *c == '\n';
    most_at_once = lines > most_at_once ? lines : most_at_once;
    return __real_send(socket, data, size, flags);
}

static int take_turns(void *done)
{
    int error = 0;
    for (; !*(bool *)done && !error; turns++)
        error = task_yield();
    return error;
}

static void measure(void)
{
    struct stream stream;
    struct scope scope;
    bool done = false;
    int peer = open_with_peer(&stream);
    scope_enter(&scope);
    ck_assert_int_eq(scope_spawn(&scope, "another", take_turns, &done), 0);
    int error = answer(&stream);
    ck_assert_msg(error == 0, "answer has returned %s", uv_err_name(error));
    ck_assert_msg(stream.open, "answer has closed the stream, which belongs to its caller");
    done = true;
    ck_assert_int_eq(scope_join(&scope), 0);
    scope_leave(&scope, 0);
    stream_close(&stream);
    ssize_t size;
    while ((size = read(peer, text + received, sizeof(text) - 1 - received)) > 0)
        received += (size_t)size;
    close(peer);
    printf("%d sends; another task had %d turns; at most %d lines left together\n", sent, turns,
        most_at_once);
    fflush(stdout); /* Check ends a failed test without flushing stdout */
}

static void require_all_lines(void)
{
    char expected[1024] = "";
    for (int i = 1; i <= 100; i++)
        sprintf(expected + strlen(expected), "%d\n", i);
    ck_assert_msg(strcmp(text, expected) == 0, "the peer did not receive the lines 1 to 100");
}

TASK_TEST(the_lines_leave_together_and_others_have_their_turn)
{
    measure();
    require_all_lines();
    ck_assert_msg(most_at_once <= LINES_A_TURN,
        "%d lines were written before the others had a turn", most_at_once);
    ck_assert_msg(sends_without_turn == 0,
        "%d sends followed another send, and no other task had a turn in between",
        sends_without_turn);
    ck_assert_msg(sent <= 100 / LINES_A_TURN,
        "the others had a turn more often than they need: that took %d sends", sent);
}

TASK_TEST(the_count_is_as_measured)
{
    measure();
    ck_assert_msg(sends() == sent, "you say %d sends, and %d were counted", sends(), sent);
}

static int answer_to(void *stream)
{
    return answer(stream);
}

/* The peer has gone, say: nobody needs the rest of the answer. */
TASK_TEST(a_cancelled_answer_ends)
{
    struct stream stream;
    struct scope scope;
    struct attempt answering;
    int peer = open_with_peer(&stream);
    scope_enter(&scope);
    attempt_begin(&answering, &scope, answer_to, &stream);
    task_yield();
    task_cancel(answering.task);
    run_ready();
    ck_assert_msg(answering.done, "the task was cancelled, and answer goes on");
    ck_assert_msg(answering.result == UV_ECANCELED,
        "the task was cancelled, and answer returned %s instead of UV_ECANCELED",
        answering.result ? uv_err_name(answering.result) : "0");
    ck_assert_msg(sent < 100 / LINES_A_TURN,
        "the task was cancelled after the first lines, and answer wrote the others, too");
    scope_leave(&scope, 0);
    stream_close(&stream);
    close(peer);
}

TASK_TEST(a_broken_connection_is_reported)
{
    struct stream stream;
    int peer = open_with_peer(&stream);
    close(peer);
    int error = answer(&stream);
    ck_assert_msg(
        error < 0, "the peer has closed the connection, and answer has returned %d", error);
    stream_close(&stream);
}

int main(void)
{
    return run_suite("2.2",
        (struct test_group[]){
            {"sends", (const TTest *const[]){the_lines_leave_together_and_others_have_their_turn,
                          the_count_is_as_measured, a_cancelled_answer_ends,
                          a_broken_connection_is_reported, NULL}},
            {NULL, NULL}});
}
