/* Chapter 2's echo server, run as a program: its answers, its options, and its end. */
#include "echo_stage.h"
#include "turkish.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Answers
 */

START_TEST(each_line_is_answered_with_date_and_time)
{
    struct child server;
    int client = connect_to(start_echo(&server, quiet, NULL));
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
    int client = connect_to(start_echo(&server, quiet, NULL));
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
    int port = start_echo(&server, quiet, NULL);
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
    int port = start_echo(&server, quiet, locale.environment);
    for (int i = 0; i < 2; i++) {
        int client = connect_to(port);
        say(client, i ? "QUIT\n" : "SAIR\n", 5);
        ck_assert_uint_gt(hear(client, line, sizeof(line)), 0); /* the time, in Turkish */
        hears(client, "");
        close(client);
    }
    end_with(&server, SIGTERM);
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
        int port = start_echo(&server, words[i], NULL);
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
    int client = connect_to(start_echo(&server, loud, NULL));
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
    int client = connect_to(start_echo(&server, quiet, NULL));
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

START_TEST(a_line_over_the_limit_closes_with_a_message)
{
    struct child server;
    int port = start_echo(&server, quiet, NULL), other = connect_to(port);
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
    int client = say_a_long_line(start_echo(&server, quiet, in_english), 200000);
    hears(client, "Line too long\r\n");
    close(client);
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
    int clients[MANY], port = start_echo(&server, loud, NULL);
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
    int clients[5], port = start_echo(&server, loud, NULL);
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
    start_echo(&server, quiet, NULL);
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
    child_start(&server, echo_server, words, environment);
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
    snprintf(port, sizeof(port), "%d", start_echo(&server, quiet, NULL));
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
    ck_assert_int_eq(child_run(echo_server, (const char *[]){"--help", NULL}, &output, NULL), 0);
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
            {"end", (const TTest *const[]){many_are_served_at_once,
                        ctrl_c_and_sigterm_end_it_and_its_connections,
                        a_signal_with_nobody_connected_ends_it, NULL}},
            {"options", (const TTest *const[]){a_port_that_is_taken_is_said_clearly,
                            bad_options_are_refused_by_name, help_names_the_options, NULL}},
            {NULL, NULL}});
}
