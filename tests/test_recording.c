/* Recordings of every chapter's programs. What they have to be like, recording.py says. */
// Not under an emulator.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chat_scenario.h"
#include "recording.h"
#include "terminal.h"

static struct recording recording;

static void begin(struct child *child, const char *path, const char *const words[])
{
    recording_init(&recording);
    child_start(child, path, words, (const char *[]){recording.environment, NULL});
}

/* It ended well, and its recording is judged. */
static void end(struct child *child, const char *claims)
{
    ck_assert_int_eq(child_wait(child), 0);
    recording_judge(&recording, claims);
    recording_free(&recording);
}

/*
 * Chapter 1
 */

START_TEST(callbacks_of_hello)
{
    struct child hello;
    begin(&hello, "01-event-loop/hello", (const char *[]){"--times=3", "--interval=0.02", NULL});
    end(&hello,
        "poll timers ready callback=print_and_repeat 'timer set' 'loop:timer fired' timers");
}
END_TEST

START_TEST(both_loops_of_compare)
{
    struct child compare;
    begin(&compare, "01-event-loop/compare",
        (const char *[]){"--work=io", "--tasks=4", "--wait=20", NULL});
    ck_assert_int_eq(child_wait(&compare), 0);
    recording_judge(&recording, "'row=pool 1' 'pool 1:work' 'by=pool 1:work' loop:pool");
    recording_judge_next(&recording, 2, "work:sleep by=compare:work by=loop:work");
    recording_free(&recording);
}
END_TEST

/*
 * Chapter 2
 */

START_TEST(hello_as_a_coroutine)
{
    struct child hello;
    begin(&hello, "02-coroutines-echo/hello", (const char *[]){NULL});
    child_line_with(&hello, "Hello World");
    child_signal(&hello, SIGINT);
    end(&hello, "print_and_repeat:running print_and_repeat:sleep by=loop:print_and_repeat "
                "callback=cancel_root 'timer stopped' loop:ready loop:tasks loop:timers");
}
END_TEST

START_TEST(the_echo_server_and_its_clients)
{
    struct child server, client;
    struct recording servers;
    char port[16];
    begin(&server, "02-coroutines-echo/echo-server", (const char *[]){"--port=0", NULL});
    servers = recording;
    snprintf(port, sizeof(port), "--port=%d", child_port(&server));
    begin(&client, "02-coroutines-echo/echo-client",
        (const char *[]){port, "--times=2", "--clients=3", NULL});
    end(&client, "connect send recv");
    child_signal(&server, SIGTERM);
    recording = servers;
    end(&server, "serve:accept connection:read_line recv send by=serve:connection "
                 "by=loop:connection by=loop:serve callback=cancel_root");
}
END_TEST

/*
 * Chapter 3
 */

/* The clock is drawn below the maze, and drawn anew each second. */
static bool clock_has_ticked(struct terminal *terminal, void *argument)
{
    char *first = argument;
    const char *now = terminal_row(terminal, 23);
    bool is_whole = strlen(now + strspn(now, " ")) == strlen("10/08/14 12:34:56");
    if (*first == '\0' && is_whole)
        snprintf(first, 80, "%s", now);
    return *first != '\0' && strcmp(first, now) != 0;
}

/* When the clock has ticked, the keyboard's task has waited for a second. */
START_TEST(a_key_in_the_maze)
{
    struct terminal terminal;
    char clock[80] = "";
    recording_init(&recording);
    terminal_start(&terminal, 80, 24, "03-keyboard-maze/maze", (const char *[]){"--seed=7", NULL},
        (const char *[]){recording.environment, NULL});
    terminal_until(&terminal, "the clock has ticked", clock_has_ticked, clock);
    terminal_type(&terminal, "S");
    ck_assert_int_eq(terminal_end(&terminal), 0);
    terminal_free(&terminal);
    recording_judge(&recording, "keyboard:key 'pool 1:key' 'by=pool 1:keyboard' row=clock");
    recording_free(&recording);
}
END_TEST

/*
 * Chapter 4
 */

START_TEST(hello_over_websocket)
{
    struct child server;
    char command[128];
    begin(&server, "04-chat-server/hello-server", (const char *[]){"--port=0", NULL});
    snprintf(command, sizeof(command),
        "/usr/bin/python3 tests/websocket_client.py %d hello >/dev/null", child_port(&server));
    ck_assert_int_eq(system(command), 0);
    child_signal(&server, SIGTERM);
    end(&server, "client:websocket_receive 'client:ws recv' 'ws send' by=loop:client");
}
END_TEST

START_TEST(a_session_of_the_chat)
{
    struct child server;
    begin(&server, "04-chat-server/chat-server", (const char *[]){"--port=0", "--rate=0", NULL});
    scenario_end(scenario_start("session", child_port(&server), ""));
    child_signal(&server, SIGTERM);
    end(&server, "client:websocket_receive 'client:ws recv' 'loop:ws send' by=loop:client");
}
END_TEST

int main(void)
{
    return run_suite("recording",
        (struct test_group[]){
            {"loop", (const TTest *const[]){callbacks_of_hello, both_loops_of_compare, NULL}},
            {"coroutines", (const TTest *const[]){hello_as_a_coroutine,
                               the_echo_server_and_its_clients, NULL}},
            {"maze", (const TTest *const[]){a_key_in_the_maze, NULL}},
            {"websockets",
                (const TTest *const[]){hello_over_websocket, a_session_of_the_chat, NULL}},
            {NULL, NULL}});
}
