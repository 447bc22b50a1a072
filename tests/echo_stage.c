#include "echo_stage.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const char echo_server[] = "02-coroutines-echo/echo-server";
const char *const in_english[] = {"LC_ALL=en_US.UTF-8", NULL};
const char *const loud[] = {"--port", "0", NULL};
const char *const quiet[] = {"--port", "0", "--quiet", NULL};

int start_echo(struct child *server, const char *const words[], const char *const environment[])
{
    child_start(server, echo_server, words, environment);
    return child_port(server);
}

void end_with(struct child *server, int signal)
{
    child_signal(server, signal);
    ck_assert_int_eq(child_wait(server), 0);
    char *errors = child_errors(server);
    ck_assert_str_eq(errors, "");
    free(errors);
}

void say(int client, const char *text, size_t size)
{
    ck_assert_int_eq(send(client, text, size, MSG_NOSIGNAL), (ssize_t)size);
}

size_t hear(int client, char *line, size_t room)
{
    size_t size = 0;
    while (size < room - 1 && (size == 0 || line[size - 1] != '\n')) {
        ssize_t got = recv(client, line + size, 1, 0);
        ck_assert_int_ge(got, 0);
        if (got == 0)
            break;
        size++;
    }
    line[size] = '\0';
    return size;
}

void hears(int client, const char *expected)
{
    char line[256];
    hear(client, line, sizeof(line));
    ck_assert_str_eq(line, expected);
}

void hears_the_time_since(int client, time_t since)
{
    char line[256], expected[256];
    hear(client, line, sizeof(line));
    time_t now = time(NULL);
    for (time_t second = since; second <= now; second++) {
        strftime(expected, sizeof(expected), "%c\r\n", localtime(&second));
        if (strcmp(line, expected) == 0)
            return;
    }
    ck_abort_msg("\"%s\" instead of \"%s\"", line, expected);
}

void is_answered(int client, const char *text, size_t size)
{
    time_t since = time(NULL);
    say(client, text, size);
    hears_the_time_since(client, since);
}

void ends_by(int port, const char *text, size_t size)
{
    int client = connect_to(port);
    is_answered(client, text, size);
    hears(client, "");
    close(client);
}

int say_a_long_line(int port, size_t size)
{
    int client = connect_to(port);
    char *line = malloc(size);
    memset(line, 'x', size);
    say(client, line, size);
    free(line);
    return client;
}
