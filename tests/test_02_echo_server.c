/* Chapter 2's echo server, run as a program: its answers, its output, and its end. */
#include "support.h"
#include "turkish.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "02-coroutines-echo/dump.h"

static const char program[] = "02-coroutines-echo/echo-server";
static const char *const in_english[] = {"LC_ALL=en_US.UTF-8", NULL};
static const char *const loud[] = {"--port", "0", NULL};
static const char *const quiet[] = {"--port", "0", "--quiet", NULL};

static int start(struct child *server, const char *const words[], const char *const environment[])
{
    child_start(server, program, words, environment);
    return child_port(server);
}

static void end_with(struct child *server, int signal)
{
    child_signal(server, signal);
    ck_assert_int_eq(child_wait(server), 0);
    char *errors = child_errors(server);
    ck_assert_str_eq(errors, "");
    free(errors);
}

/*
 * A client
 */

static void say(int client, const char *text, size_t size)
{
    ck_assert_int_eq(send(client, text, size, MSG_NOSIGNAL), (ssize_t)size);
}

/* Receives a line with its newline, or the rest at the end of the stream. Returns its size. */
static size_t hear(int client, char *line, size_t room)
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

static void hears(int client, const char *expected)
{
    char line[256];
    hear(client, line, sizeof(line));
    ck_assert_str_eq(line, expected);
}

/* The server's answer has to be a time between since and now, formatted by %c, and CR LF. */
static void hears_the_time_since(int client, time_t since)
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

/* Sends the text and receives one answer. */
static void is_answered(int client, const char *text, size_t size)
{
    time_t since = time(NULL);
    say(client, text, size);
    hears_the_time_since(client, since);
}

/* Sends the text, and receives one answer and the end. */
static void ends_by(int port, const char *text, size_t size)
{
    int client = connect_to(port);
    is_answered(client, text, size);
    hears(client, "");
    close(client);
}

#define IS_ANSWERED(client, text) is_answered(client, text, sizeof(text) - 1)
#define ENDS_BY(port, text) ends_by(port, text, sizeof(text) - 1)

/*
 * Answers
 */

START_TEST(each_line_is_answered_with_date_and_time)
{
    struct child server;
    int client = connect_to(start(&server, quiet, NULL));
    IS_ANSWERED(client, "Alô\r\n");
    IS_ANSWERED(client, "\n");
    IS_ANSWERED(client, "a\0b\n");
    IS_ANSWERED(client, "sairei\r\n");
    IS_ANSWERED(client, "sai r\r\n");
    IS_ANSWERED(client, "\xff\xfe\r\n");
    time_t since = time(NULL);
    say(client, "um\r\ndois\r\ntrês\r\n", 17);
    for (int i = 0; i < 3; i++)
        hears_the_time_since(client, since);
    say(client, "me", 2);
    IS_ANSWERED(client, "io\r\n");
    end_with(&server, SIGTERM);
    hears(client, "");
    close(client);
}
END_TEST

START_TEST(the_time_goes_on)
{
    struct child server;
    int client = connect_to(start(&server, quiet, NULL));
    for (time_t began = time(NULL); time(NULL) == began;)
        IS_ANSWERED(client, "a\n");
    IS_ANSWERED(client, "a\n");
    close(client);
    end_with(&server, SIGTERM);
}
END_TEST

START_TEST(quitting_is_answered_and_closes)
{
    struct child server;
    int port = start(&server, quiet, NULL);
    ENDS_BY(port, "sair\r\n");
    ENDS_BY(port, "SAIR\n");
    ENDS_BY(port, " \t Sair \r\n");
    ENDS_BY(port, "quit\r\n");
    ENDS_BY(port, " QUIT \n");
    end_with(&server, SIGTERM);
}
END_TEST

/* In Turkish, I is not the capital of i; the protocol's words are the same everywhere. */
START_TEST(quitting_in_capitals_works_in_every_locale)
{
    struct child server;
    struct turkish locale;
    char line[256];
    if (!turkish_make(&locale))
        return;
    int port = start(&server, quiet, locale.environment);
    for (int i = 0; i < 2; i++) {
        int client = connect_to(port);
        say(client, i ? "QUIT\n" : "SAIR\n", 5);
        ck_assert_uint_gt(hear(client, line, sizeof(line)), 0); /* the time, in Turkish */
        hears(client, "");
        close(client);
    }
    end_with(&server, SIGTERM);
    turkish_remove(&locale);
}
END_TEST

/* plink -telnet offers these before the first line. */
#define NEGOTIATION                                                                                \
    "\xff\xfb\x1f\xff\xfb\x20\xff\xfb\x18\xff\xfb\x27\xff\xfd\x01\xff\xfb\x03\xff\xfd\x03"

START_TEST(telnet_clients_are_understood)
{
    const char *const *const words[] = {quiet, loud};
    for (int i = 0; i < 2; i++) {
        struct child server;
        int port = start(&server, words[i], NULL);
        ENDS_BY(port, NEGOTIATION "sair\r\n");
        ENDS_BY(port, "\xff\xfb\0quit\r\n"); /* option 0 is a NUL */
        ENDS_BY(port, "\xff\xfa\x1f\0P\0\x18\xff\xf0\xff\xf9 qu\xff\xf1it\n");
        /* Windows of 80 by 10, of 255 by 240 and of 10 by 10: bytes that are newlines, IAC or SE.
         */
        ENDS_BY(port, "\xff\xfa\x1f\0P\0\n\xff\xf0sair\n");
        ENDS_BY(port, "\xff\xfa\x1f\0\xff\xff\0\xf0\xff\xf0sair\n");
        ENDS_BY(port, "\xff\xfa\x1f\0\n\0\n\xff\xf0quit\r\n");
        ENDS_BY(port, "\xff\xfb\nsair\n"); /* an option with the number of a newline */
        int client = connect_to(port);
        IS_ANSWERED(client, "\xff\xffsair\n"); /* the byte 255 itself */
        IS_ANSWERED(client, "\xff\n");         /* no command has the number of a newline */
        close(client);
        end_with(&server, SIGTERM);
    }
}
END_TEST

START_TEST(the_end_of_the_stream_ends_the_connection)
{
    struct child server;
    int client = connect_to(start(&server, loud, NULL));
    shutdown(client, SHUT_WR);
    hears(client, "");
    close(client);
    child_line_with(&server, "Conexões ativas: 1");
    ck_assert_str_eq(child_line(&server), "Conexões ativas: 0");
    end_with(&server, SIGTERM);
}
END_TEST

START_TEST(a_last_line_without_newline_counts)
{
    struct child server;
    int client = connect_to(start(&server, quiet, NULL));
    IS_ANSWERED(client, "um\n");
    time_t since = time(NULL);
    say(client, "dois", 4);
    shutdown(client, SHUT_WR);
    hears_the_time_since(client, since);
    hears(client, "");
    close(client);
    end_with(&server, SIGTERM);
}
END_TEST

/* Sends a line of that length. The connection then has only the message and its end. */
static int say_a_long_line(int port, size_t size)
{
    int client = connect_to(port);
    char *line = malloc(size);
    memset(line, 'x', size);
    say(client, line, size);
    free(line);
    return client;
}

START_TEST(a_line_over_the_limit_closes_with_a_message)
{
    struct child server;
    int port = start(&server, quiet, NULL), other = connect_to(port);
    int client = say_a_long_line(port, 64 * 1024);
    IS_ANSWERED(other, "ainda?\n");
    say(client, "x", 1);
    hears(client, "Linha longa demais\r\n");
    hears(client, "");
    close(client);
    IS_ANSWERED(other, "ainda!\n");
    close(other);
    end_with(&server, SIGTERM);
}
END_TEST

START_TEST(so_it_does_for_who_goes_on_sending)
{
    struct child server;
    int client = say_a_long_line(start(&server, quiet, in_english), 200000);
    hears(client, "Line too long\r\n");
    close(client);
    end_with(&server, SIGTERM);
}
END_TEST

/*
 * Output
 */

static void address_of(int client, char address[32])
{
    struct sockaddr_in name;
    socklen_t size = sizeof(name);
    ck_assert_int_eq(getsockname(client, (struct sockaddr *)&name, &size), 0);
    snprintf(address, 32, "127.0.0.1:%d", ntohs(name.sin_port));
}

static void prints(struct child *server, const char *expected)
{
    const char *line = child_line(server);
    ck_assert_ptr_nonnull(line);
    ck_assert_str_eq(line, expected);
}

static void prints_with(struct child *server, const char *expected, const char *address)
{
    char line[128];
    snprintf(line, sizeof(line), "%s%s", expected, address);
    prints(server, line);
}

START_TEST(connections_and_arrivals_are_printed)
{
    struct child server;
    char address[32];
    int client = connect_to(start(&server, loud, NULL));
    address_of(client, address);
    prints_with(&server, "Conexão de ", address);
    prints(&server, "Conexões ativas: 1");
    IS_ANSWERED(client, "Alô\r\n");
    prints(&server, "data received: 41 6C C3 B4 0D 0A");
    prints(&server, "     received: A  l  .  .  .  . ");
    prints(&server, "       string: Alô\r");
    prints(&server, "");
    say(client, "me", 2);
    prints(&server, "data received: 6D 65");
    prints(&server, "     received: m  e ");
    prints(&server, "       string: me");
    close(client);
    prints(&server, "Conexões ativas: 0");
    end_with(&server, SIGTERM);
}
END_TEST

START_TEST(in_english_too)
{
    struct child server;
    char address[32];
    int client = connect_to(start(&server, loud, in_english));
    address_of(client, address);
    prints_with(&server, "Connection from ", address);
    prints(&server, "Active connections: 1");
    say(client, "quit\n", 5);
    prints(&server, "data received: 71 75 69 74 0A");
    child_line_with(&server, "Active connections: 0");
    close(client);
    end_with(&server, SIGTERM);
}
END_TEST

START_TEST(active_connections_are_counted)
{
    struct child server;
    int clients[3], port = start(&server, loud, NULL);
    for (int i = 0; i < 3; i++)
        clients[i] = connect_to(port);
    child_line_with(&server, "Conexões ativas: 3");
    close(clients[1]);
    prints(&server, "Conexões ativas: 2");
    clients[1] = connect_to(port);
    child_line_with(&server, "Conexões ativas: 3");
    for (int i = 0; i < 3; i++)
        close(clients[i]);
    child_line_with(&server, "Conexões ativas: 0");
    end_with(&server, SIGTERM);
}
END_TEST

START_TEST(a_lost_connection_is_printed_with_its_reason)
{
    struct child server;
    int port = start(&server, loud, NULL), client = connect_to(port);
    child_line_with(&server, "Conexões ativas: 1");
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    close(client);
    prints(&server, "Conexão perdida: o outro lado desfez a conexão");
    prints(&server, "Conexões ativas: 0");
    client = say_a_long_line(port, 64 * 1024 + 1);
    child_line_with(&server, "Conexão perdida: linha longa demais");
    prints(&server, "Conexões ativas: 0");
    close(client);
    end_with(&server, SIGTERM);
}
END_TEST

START_TEST(what_commands_the_terminal_is_made_visible)
{
    static const char text[] = "a\033[2J\r\nConex\u00f5es ativas: 0\n\u202e\0b\xc2\x9b\t\r\n";
    struct child server;
    int client = connect_to(start(&server, loud, NULL));
    say(client, text, sizeof(text) - 1);
    ck_assert_str_eq(child_line_with(&server, "string"),
        "       string: a\\u{1B}[2J\\u{D}\\u{A}Conex\u00f5es "
        "ativas: 0\\u{A}\\u{202E}\\u{0}b\\u{9B}\\u{9}\r");
    say(client, "\r", 1);
    ck_assert_str_eq(child_line_with(&server, "string"), "       string: \\u{D}");
    close(client);
    end_with(&server, SIGTERM);
}
END_TEST

/* How much peers send does not decide how much is printed. */
START_TEST(so_much_is_shown_in_a_second)
{
    struct dump dump = {0};
    static char data[10000], line[256 * 1024];
    int shown = 0, sent = 0;
    unsigned long long left_out = 0, part;
    memset(data, 'x', sizeof(data));
    FILE *file = tmpfile();
    ck_assert_int_ge(dup2(fileno(file), STDOUT_FILENO), 0);
    for (; sent < 100; sent++)
        dump_bytes(&dump, "a", "b", "c", data, sizeof(data));
    dump_report(&dump);
    dump_report(&dump);
    fflush(stdout);
    rewind(file);
    while (fgets(line, sizeof(line), file)) {
        if (sscanf(line, "... %llu bytes ficaram de fora", &part) == 1)
            left_out += part;
        else if (*line == 'c')
            shown += (int)strspn(line + 3, "x");
    }
    ck_assert_int_ge(shown, DUMP_LIMIT);
    ck_assert_int_le(shown, 3 * DUMP_LIMIT); /* the second may change meanwhile */
    ck_assert_uint_eq(left_out + (unsigned)shown, 100 * sizeof(data));
    fclose(file);
}
END_TEST

/* How often peers connect does not decide how much is printed, either. */
START_TEST(so_many_connections_are_told_in_a_second)
{
    enum { CONNECTIONS = 1000 };
    struct child server;
    size_t shown = 0;
    long long left_out = 0, part;
    int port = start(&server, loud, NULL);
    uint64_t before = uv_hrtime();
    for (int i = 0; i < CONNECTIONS; i++) {
        char byte;
        int client = connect_to(port);
        shutdown(client, SHUT_WR);
        ck_assert_int_eq(recv(client, &byte, 1, 0), 0);
        close(client);
    }
    uint64_t seconds = (uv_hrtime() - before) / 1000000000 + 2;
    child_signal(&server, SIGTERM);
    char *rest = child_rest(&server), *place = NULL;
    for (char *line = strtok_r(rest, "\n", &place); line; line = strtok_r(NULL, "\n", &place)) {
        if (sscanf(line, "... %lld linhas ficaram de fora", &part) == 1)
            left_out += part;
        else
            shown++;
    }
    ck_assert_int_eq((long long)shown + left_out, 3 * CONNECTIONS);
    ck_assert_uint_le(shown, seconds * DUMP_LIMIT / strlen("Conexões ativas: 1\n"));
    free(rest);
    ck_assert_int_eq(child_wait(&server), 0);
}
END_TEST

START_TEST(quiet_prints_only_the_address)
{
    struct child server;
    int port = start(&server, quiet, NULL);
    ENDS_BY(port, "sair\r\n");
    child_signal(&server, SIGTERM);
    char *rest = child_rest(&server);
    ck_assert_str_eq(rest, "");
    free(rest);
    ck_assert_int_eq(child_wait(&server), 0);
}
END_TEST

START_TEST(the_first_line_says_where)
{
    struct child server;
    char expected[64];
    int port = start(&server, quiet, NULL);
    snprintf(expected, sizeof(expected), "Escutando 127.0.0.1:%d", port);
    ck_assert_str_eq(server.pending, expected);
    end_with(&server, SIGTERM);
    port = start(&server, (const char *[]){"--host", "127.0.0.2", "--port", "0", NULL}, in_english);
    snprintf(expected, sizeof(expected), "Listening on 127.0.0.2:%d", port);
    ck_assert_str_eq(server.pending, expected);
    end_with(&server, SIGTERM);
}
END_TEST

/*
 * Many, and the end
 */

START_TEST(many_are_served_at_once)
{
    enum { MANY = 100 };
    struct child server;
    int clients[MANY], port = start(&server, loud, NULL);
    int before = open_descriptors(server.pid);
    for (int i = 0; i < MANY; i++)
        clients[i] = connect_to(port);
    child_line_with(&server, "Conexões ativas: 100");
    time_t since = time(NULL);
    for (int i = 0; i < MANY; i++)
        say(clients[i], "oi\n", 3);
    for (int i = MANY; i-- > 0;)
        hears_the_time_since(clients[i], since);
    for (int i = 0; i < MANY; i++)
        close(clients[(i * 37) % MANY]);
    child_line_with(&server, "Conexões ativas: 0");
    ck_assert_int_eq(open_descriptors(server.pid), before);
    end_with(&server, SIGTERM);
}
END_TEST

static void ends_well_by(int signal)
{
    struct child server;
    int clients[5], port = start(&server, loud, NULL);
    for (int i = 0; i < 5; i++)
        clients[i] = connect_to(port);
    IS_ANSWERED(clients[0], "um\n");
    say(clients[1], "meia", 4);
    child_line_with(&server, "string: meia");
    end_with(&server, signal);
    for (int i = 0; i < 5; i++) {
        hears(clients[i], "");
        close(clients[i]);
    }
}

START_TEST(ctrl_c_and_sigterm_end_it_and_its_connections)
{
    ends_well_by(SIGINT);
    ends_well_by(SIGTERM);
}
END_TEST

START_TEST(a_signal_with_nobody_connected_ends_it)
{
    struct child server;
    start(&server, quiet, NULL);
    end_with(&server, SIGINT);
}
END_TEST

/*
 * Refusals
 */

static void fails(
    const char *const words[], const char *const environment[], int status, const char *message)
{
    struct child server;
    child_start(&server, program, words, environment);
    char *output = child_rest(&server);
    ck_assert_str_eq(output, "");
    free(output);
    ck_assert_int_eq(child_wait(&server), status);
    char *errors = child_errors(&server);
    ck_assert_msg(strstr(errors, message), "\"%s\" is not in: %s", message, errors);
    free(errors);
}

START_TEST(a_port_that_is_taken_is_said_clearly)
{
    struct child server;
    char port[16], message[128];
    snprintf(port, sizeof(port), "%d", start(&server, quiet, NULL));
    const char *words[] = {"--port", port, NULL};
    snprintf(message, sizeof(message), "echo-server: escutar 127.0.0.1:%s: a porta já está em uso",
        port);
    fails(words, NULL, 1, message);
    snprintf(message, sizeof(message),
        "echo-server: listen on 127.0.0.1:%s: address already in use", port);
    fails(words, in_english, 1, message);
    ENDS_BY(atoi(port), "sair\n"); /* the first server is still there */
    end_with(&server, SIGTERM);
}
END_TEST

START_TEST(bad_options_are_refused_by_name)
{
    fails((const char *[]){"--nada", NULL}, NULL, 2, "opção desconhecida: --nada");
    fails((const char *[]){"--port", NULL}, NULL, 2, "falta o valor de --port");
    fails((const char *[]){"--port", "http", NULL}, NULL, 2, "valor inválido em --port=http:");
    fails((const char *[]){"--port", "65536", NULL}, NULL, 2, "valor inválido em --port=65536:");
    fails((const char *[]){"--quiet=sim", NULL}, NULL, 2, "--quiet não recebe valor");
    fails((const char *[]){"--host", "no..name", NULL}, NULL, 1, "escutar no..name:8888: ");
    fails((const char *[]){"--nothing", NULL}, in_english, 2, "unknown option: --nothing");
}
END_TEST

START_TEST(help_names_the_options)
{
    char *output;
    ck_assert_int_eq(child_run(program, (const char *[]){"--help", NULL}, &output, NULL), 0);
    ck_assert_ptr_nonnull(strstr(output, "--host HOST"));
    ck_assert_ptr_nonnull(strstr(output, "127.0.0.1"));
    ck_assert_ptr_nonnull(strstr(output, "--port N"));
    ck_assert_ptr_nonnull(strstr(output, "8888"));
    ck_assert_ptr_nonnull(strstr(output, "--quiet"));
    free(output);
}
END_TEST

int main(void)
{
    return run_suite("02_echo_server",
        (struct test_group[]){
            {"answers",
                (const TTest *const[]){each_line_is_answered_with_date_and_time, the_time_goes_on,
                    quitting_is_answered_and_closes, telnet_clients_are_understood,
                    quitting_in_capitals_works_in_every_locale,
                    the_end_of_the_stream_ends_the_connection, a_last_line_without_newline_counts,
                    a_line_over_the_limit_closes_with_a_message, so_it_does_for_who_goes_on_sending,
                    NULL}},
            {"output",
                (const TTest *const[]){connections_and_arrivals_are_printed, in_english_too,
                    active_connections_are_counted, a_lost_connection_is_printed_with_its_reason,
                    what_commands_the_terminal_is_made_visible, so_much_is_shown_in_a_second,
                    so_many_connections_are_told_in_a_second, quiet_prints_only_the_address,
                    the_first_line_says_where, NULL}},
            {"end", (const TTest *const[]){many_are_served_at_once,
                        ctrl_c_and_sigterm_end_it_and_its_connections,
                        a_signal_with_nobody_connected_ends_it, NULL}},
            {"options", (const TTest *const[]){a_port_that_is_taken_is_said_clearly,
                            bad_options_are_refused_by_name, help_names_the_options, NULL}},
            {NULL, NULL}});
}
