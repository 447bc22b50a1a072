/* Counts every send() of the process, and the turns of another task. */
#include "exercise.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/support_stream.h"

static int sent, turns, most_at_once;
static size_t received;

ssize_t __real_send(int socket, const void *data, size_t size, int flags);

ssize_t __wrap_send(int socket, const void *data, size_t size, int flags)
{
    sent++;
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
    static char text[4096];
    struct stream stream;
    struct scope scope;
    bool done = false;
    int peer = open_with_peer(&stream);
    scope_enter(&scope);
    ck_assert_int_eq(scope_spawn(&scope, "another", take_turns, &done), 0);
    ck_assert_int_eq(answer(&stream), 0);
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

TASK_TEST(the_lines_leave_together_and_others_have_their_turn)
{
    measure();
    ck_assert_uint_eq(received, 9 * 2 + 90 * 3 + 4);
    ck_assert_msg(
        most_at_once <= 20, "%d lines were written before the others had a turn", most_at_once);
    ck_assert_msg(sent <= 5,
        "a hundred lines, at most 20 a turn, could leave in 5 sends; these took %d", sent);
}

TASK_TEST(the_count_is_as_measured)
{
    measure();
    ck_assert_msg(sends() == sent, "you say %d sends, and %d were counted", sends(), sent);
}

int main(void)
{
    return run_suite("2.5",
        (struct test_group[]){
            {"sends", (const TTest *const[]){the_lines_leave_together_and_others_have_their_turn,
                          the_count_is_as_measured, NULL}},
            {NULL, NULL}});
}
