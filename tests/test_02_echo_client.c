/* Chapter 2's echo client, run as a program: with the server, without one, and with a bad one. */
#include "support_stream.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/bytes.h"

static const char program[] = "02-coroutines-echo/echo-client";
static const char *const in_english[] = {"LC_ALL=en_US.UTF-8", NULL};

/* Starts the server. Returns its port as text. */
static void start_server(struct child *server, bool loud, char port[PORT_SIZE])
{
    const char *words[] = {"--port", "0", loud ? NULL : "--quiet", NULL};
    child_start(server, "02-coroutines-echo/echo-server", words, NULL);
    snprintf(port, PORT_SIZE, "%d", child_port(server));
}

static void end_server(struct child *server)
{
    child_signal(server, SIGTERM);
    ck_assert_int_eq(child_wait(server), 0);
}

static void prints(struct child *client, const char *expected)
{
    const char *line = child_line(client);
    ck_assert_ptr_nonnull(line);
    ck_assert_str_eq(line, expected);
}

/* The client has to end with that status, and with that message on stderr. */
static void ended(struct child *client, int status, const char *message)
{
    ck_assert_int_eq(child_wait(client), status);
    char *errors = child_errors(client);
    if (*message)
        ck_assert_msg(strstr(errors, message), "\"%s\" is not in: %s", message, errors);
    else
        ck_assert_str_eq(errors, "");
    free(errors);
}

/*
 * Against the server
 */

static bool is_time_since(const char *text, time_t since)
{
    char expected[128];
    for (time_t second = since; second <= time(NULL); second++) {
        strftime(expected, sizeof(expected), "%c\r\n", localtime(&second));
        if (strcmp(text, expected) == 0)
            return true;
    }
    return false;
}

/* One piece of data: in hexadecimal, printable, and as text, which ends with its own CR LF. */
static void prints_an_arrival(struct child *client, const char *const labels[3], time_t since)
{
    char hex[512], printable[512], text[256];
    snprintf(hex, sizeof(hex), "%s", child_line(client));
    snprintf(printable, sizeof(printable), "%s", child_line(client));
    const char *line = child_line(client);
    ck_assert_int_eq(strncmp(line, labels[2], strlen(labels[2])), 0);
    snprintf(text, sizeof(text), "%s\n", line + strlen(labels[2]));
    prints(client, "");
    ck_assert_msg(is_time_since(text, since), "not a time: %s", text);

    char expected[512], *dump = bytes_to_hex(text, strlen(text));
    snprintf(expected, sizeof(expected), "%s%s", labels[0], dump);
    ck_assert_str_eq(hex, expected);
    free(dump);
    dump = bytes_to_printable(text, strlen(text));
    snprintf(expected, sizeof(expected), "%s%s", labels[1], dump);
    ck_assert_str_eq(printable, expected);
    free(dump);
}

START_TEST(it_prints_each_answer)
{
    static const char *const labels[] = {
        "dados recebidos: ", "      recebidos: ", "         string: "};
    struct child server, client;
    char port[PORT_SIZE], expected[64];
    start_server(&server, false, port);
    time_t since = time(NULL);
    child_start(&client, program, (const char *[]){"--port", port, NULL}, NULL);
    snprintf(expected, sizeof(expected), "Conectado à 127.0.0.1:%s", port);
    prints(&client, expected);
    for (int i = 0; i < 10 + 1; i++) /* ten times "Alô", and "sair" */
        prints_an_arrival(&client, labels, since);
    prints(&client, "Conexão perdida");
    ck_assert_ptr_null(child_line(&client));
    ended(&client, 0, "");
    end_server(&server);
}
END_TEST

START_TEST(in_english_too)
{
    static const char *const labels[] = {
        "  data received: ", "       received: ", "         string: "};
    struct child server, client;
    char port[PORT_SIZE], expected[64];
    start_server(&server, false, port);
    time_t since = time(NULL);
    child_start(
        &client, program, (const char *[]){"--port", port, "--times", "1", NULL}, in_english);
    snprintf(expected, sizeof(expected), "Connected to 127.0.0.1:%s", port);
    prints(&client, expected);
    prints_an_arrival(&client, labels, since);
    prints_an_arrival(&client, labels, since);
    prints(&client, "Connection lost");
    ended(&client, 0, "");
    end_server(&server);
}
END_TEST

START_TEST(it_says_hello_so_many_times_and_then_quits)
{
    struct child server;
    char port[PORT_SIZE];
    start_server(&server, true, port);
    const char *words[] = {"--port", port, "--times", "3", NULL};
    ck_assert_int_eq(child_run(program, words, NULL, NULL), 0);
    for (int i = 0; i < 3; i++)
        ck_assert_str_eq(
            child_line_with(&server, "data received"), "data received: 41 6C C3 B4 0D 0A");
    ck_assert_str_eq(child_line_with(&server, "data received"), "data received: 73 61 69 72 0D 0A");
    child_line_with(&server, "Conexões ativas: 0");
    end_server(&server);
}
END_TEST

START_TEST(no_times_at_all_only_quits)
{
    struct child server;
    char port[PORT_SIZE], *output;
    start_server(&server, false, port);
    const char *words[] = {"--port", port, "--times", "0", NULL};
    ck_assert_int_eq(child_run(program, words, &output, NULL), 0);
    const char *first = strstr(output, "dados recebidos: ");
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_null(strstr(first + 1, "dados recebidos: "));
    free(output);
    end_server(&server);
}
END_TEST

/*
 * Many at once
 */

static void prints_a_summary(
    const char *const words[], const char *const environment[], int status, const char *expected)
{
    struct child client;
    child_start(&client, program, words, environment);
    char *output = child_rest(&client), *end;
    ck_assert_int_eq(strncmp(output, expected, strlen(expected)), 0);
    double seconds = strtod(output + strlen(expected), &end);
    ck_assert_str_eq(end, "\n");
    ck_assert(seconds >= 0 && seconds < 30);
    free(output);
    ck_assert_int_eq(child_wait(&client), status);
}

START_TEST(a_hundred_at_once_end_with_a_summary)
{
    struct child server;
    char port[PORT_SIZE];
    start_server(&server, true, port);
    prints_a_summary((const char *[]){"--port", port, "--clients", "100", "--times", "3", NULL},
        NULL, 0, "clientes: 100\nlinhas: 300\nerros: 0\nsegundos: ");
    child_line_with(&server, "Conexões ativas: 2"); /* both were connected at the same time */
    end_server(&server);
}
END_TEST

START_TEST(the_summary_counts_errors)
{
    char port[PORT_SIZE];
    int nobody = listen_nowhere(port);
    prints_a_summary((const char *[]){"--port", port, "--clients", "5", NULL}, NULL, 1,
        "clientes: 5\nlinhas: 0\nerros: 5\nsegundos: ");
    prints_a_summary((const char *[]){"--port", port, "--clients", "2", NULL}, in_english, 1,
        "clients: 2\nlines: 0\nerrors: 2\nseconds: ");
    close(nobody);
}
END_TEST

/*
 * Without a server, and with a bad one
 */

START_TEST(without_a_server_it_says_so)
{
    struct child client;
    char port[PORT_SIZE], message[128];
    int nobody = listen_nowhere(port);
    child_start(&client, program, (const char *[]){"--port", port, NULL}, NULL);
    ck_assert_ptr_null(child_line(&client));
    snprintf(
        message, sizeof(message), "echo-client: falar com 127.0.0.1:%s: conexão recusada", port);
    ended(&client, 1, message);
    child_start(&client, program, (const char *[]){"--port", port, NULL}, in_english);
    snprintf(
        message, sizeof(message), "echo-client: talk to 127.0.0.1:%s: connection refused", port);
    ended(&client, 1, message);
    close(nobody);
    child_start(&client, program, (const char *[]){"--host", "no..name", NULL}, NULL);
    ended(&client, 1, "echo-client: falar com no..name:8888: ");
}
END_TEST

/* Starts the client with a server of the test, which receives its first line. */
static int meet(struct child *client, const char *const environment[])
{
    char port[PORT_SIZE], heard[16] = "";
    int listening = listen_somewhere(1, port);
    child_start(client, program, (const char *[]){"--port", port, NULL}, environment);
    int connection = accept(listening, NULL, NULL);
    ck_assert_int_ge(connection, 0);
    close(listening);
    ck_assert_int_eq(recv(connection, heard, 6, MSG_WAITALL), 6);
    ck_assert_str_eq(heard, "Alô\r\n");
    return connection;
}

START_TEST(it_waits_for_the_answer_before_it_goes_on)
{
    struct child client;
    char heard[16] = "";
    int connection = meet(&client, NULL);
    ck_assert_int_eq(recv(connection, heard, sizeof(heard), MSG_DONTWAIT), -1);
    send_text(connection, "res");
    child_line_with(&client, "string: res");
    ck_assert_int_eq(recv(connection, heard, sizeof(heard), MSG_DONTWAIT), -1);
    send_text(connection, "posta\r\n");
    ck_assert_int_eq(recv(connection, heard, 6, MSG_WAITALL), 6);
    ck_assert_str_eq(heard, "Alô\r\n");
    close(connection);
    ck_assert_int_eq(child_wait(&client), 1);
}
END_TEST

START_TEST(a_server_that_leaves_is_told_of)
{
    struct child client;
    close(meet(&client, NULL));
    ck_assert_str_eq(
        child_line_with(&client, "perdida"), "Conexão perdida: a conexão terminou antes da hora");
    ended(&client, 1, ": a conexão terminou antes da hora");
    reset(meet(&client, in_english));
    ck_assert_str_eq(child_line_with(&client, "lost"), "Connection lost: connection reset by peer");
    ended(&client, 1, ": connection reset by peer");
}
END_TEST

START_TEST(a_server_that_is_ended_is_told_of)
{
    struct child server, client;
    char port[PORT_SIZE];
    start_server(&server, false, port);
    const char *words[] = {"--port", port, "--times", "1000000000", NULL};
    child_start(&client, program, words, NULL);
    child_line_with(&client, "dados recebidos");
    end_server(&server);
    child_line_with(&client, "Conexão perdida: ");
    ended(&client, 1, "echo-client: falar com 127.0.0.1:");
}
END_TEST

START_TEST(ctrl_c_ends_it_well)
{
    struct child client;
    char byte;
    int connection = meet(&client, NULL); /* which never answers */
    child_signal(&client, SIGINT);
    ended(&client, 0, "");
    ck_assert_int_eq(recv(connection, &byte, 1, 0), 0);
    close(connection);
}
END_TEST

/*
 * Options
 */

static void is_refused(const char *const words[], const char *message)
{
    struct child client;
    child_start(&client, program, words, NULL);
    ck_assert_ptr_null(child_line(&client));
    ended(&client, 2, message);
}

START_TEST(bad_options_are_refused_by_name)
{
    is_refused((const char *[]){"--nada", NULL}, "opção desconhecida: --nada");
    is_refused((const char *[]){"--port", "0", NULL}, "valor inválido em --port=0:");
    is_refused((const char *[]){"--times", "muitas", NULL}, "valor inválido em --times=muitas:");
    is_refused((const char *[]){"--times", "-1", NULL}, "valor inválido em --times=-1:");
    is_refused((const char *[]){"--clients", "0", NULL}, "valor inválido em --clients=0:");
    is_refused((const char *[]){"oi", NULL}, "argumento a mais: oi");
}
END_TEST

START_TEST(help_names_the_options)
{
    char *output;
    ck_assert_int_eq(child_run(program, (const char *[]){"--help", NULL}, &output, NULL), 0);
    ck_assert_ptr_nonnull(strstr(output, "--port N"));
    ck_assert_ptr_nonnull(strstr(output, "--times N"));
    ck_assert_ptr_nonnull(strstr(output, "(padrão: 10)"));
    ck_assert_ptr_nonnull(strstr(output, "--clients N"));
    free(output);
}
END_TEST

int main(void)
{
    return run_suite("02_echo_client",
        (struct test_group[]){
            {"server",
                (const TTest *const[]){it_prints_each_answer, in_english_too,
                    it_says_hello_so_many_times_and_then_quits, no_times_at_all_only_quits, NULL}},
            {"many", (const TTest *const[]){a_hundred_at_once_end_with_a_summary,
                         the_summary_counts_errors, NULL}},
            {"no server",
                (const TTest *const[]){without_a_server_it_says_so,
                    it_waits_for_the_answer_before_it_goes_on, a_server_that_leaves_is_told_of,
                    a_server_that_is_ended_is_told_of, ctrl_c_ends_it_well, NULL}},
            {"options", (const TTest *const[]){bad_options_are_refused_by_name,
                            help_names_the_options, NULL}},
            {NULL, NULL}});
}
