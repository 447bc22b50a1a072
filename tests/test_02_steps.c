/* Steps of chapter 2's lesson, run as programs with input that their transcripts do not have. */
#include "shell.h"
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static void hear_all(int client, char *text, size_t room)
{
    size_t size = 0;
    ssize_t got;
    while ((got = recv(client, text + size, room - 1 - size, 0)) > 0)
        size += (size_t)got;
    text[size] = '\0';
}

/* The lengths are those around the limit of step 2's server, 64 bytes, and a very long one. */
START_TEST(the_echo_server_returns_a_line_of_any_length)
{
    static const size_t lengths[] = {0, 1, 62, 63, 64, 65, 79, 80, 5000};
    static char sent[8192], expected[8192], heard[8192];
    char *end = sent, *answer = expected;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
        memset(end, 'a', lengths[i]);
        answer += sprintf(answer, "%zu %.*s\n", i + 1, (int)lengths[i], end);
        end += lengths[i];
        *end++ = '\n';
    }
    strcpy(end, "quit\n");
    sprintf(answer, "%zu quit\n", sizeof(lengths) / sizeof(*lengths) + 1);

    struct child server;
    child_start(&server, "02-coroutines-echo/steps/9-echo", (const char *[]){"0", NULL}, NULL);
    int client = connect_to(child_port(&server));
    ck_assert_int_eq(send(client, sent, strlen(sent), MSG_NOSIGNAL), (ssize_t)strlen(sent));
    hear_all(client, heard, sizeof(heard));
    ck_assert_str_eq(heard, expected);
    child_signal(&server, SIGINT);
    ck_assert_int_eq(child_wait(&server), 0);
}
END_TEST

/* Step 2's server goes on when a client has left, and does not wait for one that sends half a line.
 */
START_TEST(the_callbacks_serve_one_client_after_another)
{
    struct child server;
    char heard[256];
    child_start(&server, "02-coroutines-echo/steps/2-callbacks", (const char *[]){"0", NULL}, NULL);
    int port = child_port(&server);
    int ana = connect_to(port);
    ck_assert_int_eq(send(ana, "Al", 2, MSG_NOSIGNAL), 2);
    for (int i = 0; i < 2; i++) {
        int bob = connect_to(port);
        ck_assert_int_eq(send(bob, "one\nquit\n", 9, MSG_NOSIGNAL), 9);
        hear_all(bob, heard, sizeof(heard));
        ck_assert_str_eq(heard, "1 one\n2 quit\n");
    }
    ck_assert_int_eq(send(ana, "ô\nquit\n", 8, MSG_NOSIGNAL), 8);
    hear_all(ana, heard, sizeof(heard));
    ck_assert_str_eq(heard, "1 Alô\n2 quit\n");
    child_signal(&server, SIGINT);
    ck_assert_int_eq(child_wait(&server), 128 + SIGINT);
}
END_TEST

/* libuv aborts when it closes a descriptor with one of their numbers. */
START_TEST(steps_need_no_standard_descriptors)
{
    static const char *const steps[] = {"2-callbacks", "8-lines"};
    for (int i = 0; i < 14; i++) {
        char command[128], output[256];
        int closed = i / 2 + 1;
        snprintf(command, sizeof(command), "\"$BIN\"/02-coroutines-echo/steps/%s %s %s %s",
            steps[i % 2], closed & 1 ? "<&-" : "", closed & 2 ? ">&-" : "",
            closed & 4 ? "2>&-" : "");
        ck_assert_int_eq(shell_run(command, output, sizeof(output)), 0);
    }
}
END_TEST

START_TEST(make_diff_shows_what_a_step_changed)
{
    static char said[65536];
    ck_assert_int_eq(shell_run(MAKE "diff N=2.14 2>&1", said, sizeof(said)), 0);
    ck_assert_ptr_nonnull(strstr(said, "--- 02-coroutines-echo/steps/13-scopes.c"));
    ck_assert_ptr_nonnull(strstr(said, "+++ 02-coroutines-echo/steps/14-a-queue.c"));
    ck_assert_ptr_nonnull(strstr(said, "\n+    struct queue jobs;\n"));
    ck_assert_int_eq(shell_run(MAKE "diff N=2.1 2>&1", said, sizeof(said)), 0);
    ck_assert_str_eq(said, "02-coroutines-echo/steps/1-blocking.c is the first of its chapter.\n");
    ck_assert_int_ne(shell_run(MAKE "diff N=2.99 2>&1", said, sizeof(said)), 0);
    ck_assert_ptr_nonnull(strstr(said, "Which step?"));
}
END_TEST

int main(void)
{
    const char *out = getenv("OUT"); /* steps stand beside the objects, in every variant */
    setenv("BIN", out ? out : "build/plain", 1);
    return run_suite("02_steps",
        (struct test_group[]){
            {"echo", (const TTest *const[]){the_echo_server_returns_a_line_of_any_length,
                         the_callbacks_serve_one_client_after_another, NULL}},
            {"descriptors", (const TTest *const[]){steps_need_no_standard_descriptors, NULL}},
            {"diff", (const TTest *const[]){make_diff_shows_what_a_step_changed, NULL}},
            {NULL, NULL}});
}
