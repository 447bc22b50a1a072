/* What chapter 2's echo server prints: connections, what arrived, and where it listens. */
#include "echo_stage.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "02-coroutines-echo/dump.h"

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
    int client = connect_to(start_echo(&server, loud, NULL));
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
    int client = connect_to(start_echo(&server, loud, in_english));
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
    int clients[3], port = start_echo(&server, loud, NULL);
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
    int port = start_echo(&server, loud, NULL), client = connect_to(port);
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
    int client = connect_to(start_echo(&server, loud, NULL));
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

/* How often peers connect does not decide how much is printed, either. All of these lines fit into
 * the pipe: the test reads it only at the end, and on a slow machine no line is left out. */
START_TEST(so_many_connections_are_told_in_a_second)
{
    enum { CONNECTIONS = 600 };
    struct child server;
    size_t shown = 0;
    long long left_out = 0, part;
    int port = start_echo(&server, loud, NULL);
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
    int port = start_echo(&server, quiet, NULL);
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
    int port = start_echo(&server, quiet, NULL);
    snprintf(expected, sizeof(expected), "Escutando 127.0.0.1:%d", port);
    ck_assert_str_eq(server.pending, expected);
    end_with(&server, SIGTERM);
    port = start_echo(
        &server, (const char *[]){"--host", "127.0.0.2", "--port", "0", NULL}, in_english);
    snprintf(expected, sizeof(expected), "Listening on 127.0.0.2:%d", port);
    ck_assert_str_eq(server.pending, expected);
    end_with(&server, SIGTERM);
}
END_TEST

int main(void)
{
    return run_suite("02_echo_output",
        (struct test_group[]){
            {"output",
                (const TTest *const[]){connections_and_arrivals_are_printed, in_english_too,
                    active_connections_are_counted, a_lost_connection_is_printed_with_its_reason,
                    what_commands_the_terminal_is_made_visible, so_much_is_shown_in_a_second,
                    so_many_connections_are_told_in_a_second, quiet_prints_only_the_address,
                    the_first_line_says_where, NULL}},
            {NULL, NULL}});
}
