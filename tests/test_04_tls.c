/* The chat server with --tls-cert and --tls-key: the scenarios of chat_client.py over TLS, and
 * peers that do not speak it. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "certificate.h"
#include "chat_scenario.h"
#include "support.h"

#define SERVER "04-chat-server/chat-server"

static struct certificate certificate;
static struct child server;
static int port;

static void start(void)
{
    certificate_make(&certificate);
    child_start(&server, SERVER,
        (const char *[]){"--port", "0", "--rate", "0", "--tls-cert", certificate.certificate,
            "--tls-key", certificate.key, NULL},
        NULL);
    port = child_port(&server);
}

static void stop(void)
{
    child_signal(&server, SIGTERM);
    ck_assert_int_eq(child_wait(&server), 0);
}

static void play(const char *scenario)
{
    start();
    scenario_end(scenario_start(scenario, port, certificate.certificate));
    stop();
}

START_TEST(the_address_to_open_is_https)
{
    start();
    child_line_with(&server, "https://");
    stop();
}
END_TEST

START_TEST(the_articles_session)
{
    play("session");
}
END_TEST

START_TEST(every_message_in_order)
{
    play("order");
}
END_TEST

START_TEST(many_messages_in_a_record)
{
    play("together");
}
END_TEST

START_TEST(requests_that_do_not_wait)
{
    play("requests_together");
}
END_TEST

START_TEST(floods_of_long_messages)
{
    play("flood");
}
END_TEST

START_TEST(leaving_affects_no_other_client)
{
    play("leaving");
}
END_TEST

START_TEST(a_client_that_never_reads_is_dropped)
{
    play("metrics");
}
END_TEST

START_TEST(the_page_and_the_metrics)
{
    play("health");
}
END_TEST

START_TEST(tells_browsers_to_use_https_if_asked_to)
{
    certificate_make(&certificate);
    child_start(&server, SERVER,
        (const char *[]){"--port", "0", "--hsts", "86400", "--tls-cert", certificate.certificate,
            "--tls-key", certificate.key, NULL},
        NULL);
    port = child_port(&server);
    scenario_end(scenario_start("hsts", port, certificate.certificate));
    stop();
    play("no_hsts");
    char *errors;
    ck_assert_int_eq(child_run(SERVER, (const char *[]){"--hsts=1", NULL}, NULL, &errors), 1);
    ck_assert_ptr_nonnull(strstr(errors, "--hsts: só com --tls-cert"));
    free(errors);
}
END_TEST

START_TEST(never_speaks_http_2)
{
    play("protocol");
}
END_TEST

START_TEST(announces_the_shutdown)
{
    char line[64] = "";
    start();
    FILE *client = scenario_start("farewell", port, certificate.certificate);
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), client));
    ck_assert_str_eq(line, "connected\n");
    child_signal(&server, SIGTERM);
    ck_assert_int_eq(child_wait(&server), 0);
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), client));
    ck_assert_str_eq(line, "O servidor está fechando. Até logo! 1001\n");
    scenario_end(client);
}
END_TEST

/*
 * Bad peers
 */

/* Reads until the server closes the connection. */
static void wait_for_end(int peer)
{
    char data[4096];
    while (recv(peer, data, sizeof(data), 0) > 0)
        ;
    close(peer);
}

/* As many as expected, or fewer: when they were counted, the server may not have closed all yet. */
static void wait_for_descriptors(int expected)
{
    while (open_descriptors(server.pid) > expected)
        poll(NULL, 0, 1);
}

/* The start of a TLS record of 512 bytes. */
static const char HELLO[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";

START_TEST(peers_without_tls_affect_no_other_client)
{
    const char *const bad[] = {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\x16\x03\x01\x7f\xff too long",
        "\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8", "\n\n\n\n\n\n\n\n"};
    start();
    scenario_end(
        scenario_start("health", port, certificate.certificate)); /* opens files that stay open */
    int descriptors = open_descriptors(server.pid);
    FILE *others = scenario_start("messages", port, certificate.certificate);
    for (int turn = 0; turn < 40; turn++) {
        const char *data = bad[turn % 4];
        int peer = connect_to(port);
        ck_assert_int_gt(send(peer, data, strlen(data), MSG_NOSIGNAL), 0);
        wait_for_end(peer);
        peer = connect_to(port); /* leaves during the handshake */
        ck_assert_int_gt(send(peer, HELLO, (size_t)turn % sizeof(HELLO), MSG_NOSIGNAL), -1);
        close(peer);
    }
    scenario_end(others);
    wait_for_descriptors(descriptors);
    stop();
}
END_TEST

static const char GET[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/* libwebsockets then reads the bytes while it adopts the socket, fails, and closes it later. */
START_TEST(bytes_without_tls_that_precede_the_accept)
{
    int peers[20];
    start();
    scenario_end(scenario_start("health", port, certificate.certificate));
    int descriptors = open_descriptors(server.pid);
    child_signal(&server, SIGSTOP);
    for (int i = 0; i < 20; i++) {
        peers[i] = connect_to(port);
        if (i % 2)
            ck_assert_int_gt(send(peers[i], GET, sizeof(GET) - 1, MSG_NOSIGNAL), 0);
    }
    child_signal(&server, SIGCONT);
    for (int i = 1; i < 20; i += 2)
        wait_for_end(peers[i]);
    scenario_end(scenario_start("session", port, certificate.certificate));
    for (int i = 0; i < 20; i += 2)
        close(peers[i]);
    wait_for_descriptors(descriptors);
    stop();
}
END_TEST

START_TEST(limits_the_time_for_a_handshake)
{
    int peers[20];
    start();
    scenario_end(scenario_start("health", port, certificate.certificate));
    int descriptors = open_descriptors(server.pid);
    for (int i = 0; i < 20; i++) {
        peers[i] = connect_to(port);
        if (i % 2)
            ck_assert_int_gt(send(peers[i], HELLO, sizeof(HELLO) - 1, MSG_NOSIGNAL), 0);
    }
    scenario_end(scenario_start("session", port, certificate.certificate));
    for (int i = 0; i < 20; i++)
        wait_for_end(peers[i]);
    wait_for_descriptors(descriptors);
    stop();
}
END_TEST

/*
 * Options
 */

static void refuses(const char *const words[], const char *reason)
{
    char *errors;
    int status = child_run(SERVER, words, NULL, &errors);
    ck_assert_int_eq(status, 1);
    if (!strstr(errors, reason))
        ck_abort_msg("no \"%s\" in: %s", reason, errors);
    free(errors);
}

static void refuses_files(const char *cert, const char *key, const char *reason)
{
    refuses((const char *[]){"--port", "0", "--tls-cert", cert, "--tls-key", key, NULL}, reason);
}

START_TEST(refuses_unusable_files)
{
    char missing[128], reason[256];
    certificate_make(&certificate);
    const char *cert = certificate.certificate, *key = certificate.key;
    refuses((const char *[]){"--port", "0", "--tls-cert", cert, NULL}, "--tls-key");
    refuses((const char *[]){"--port", "0", "--tls-key", key, NULL}, "--tls-cert");
    snprintf(missing, sizeof(missing), "%s/missing", certificate.directory);
    snprintf(reason, sizeof(reason), "ler %s: esse arquivo não existe", missing);
    refuses_files(missing, key, reason);
    refuses_files(cert, missing, reason);
    refuses_files(cert, certificate.other_key, "key values mismatch");
    snprintf(
        reason, sizeof(reason), "usar o certificado %s com a chave %s: valor inválido", key, key);
    refuses_files(key, key, reason);
    refuses_files(certificate.directory, key, certificate.directory);
}
END_TEST

int main(void)
{
    const TTest *const users[] = {the_address_to_open_is_https, the_articles_session,
        every_message_in_order, many_messages_in_a_record, requests_that_do_not_wait,
        floods_of_long_messages, leaving_affects_no_other_client,
        a_client_that_never_reads_is_dropped, the_page_and_the_metrics,
        tells_browsers_to_use_https_if_asked_to, never_speaks_http_2, announces_the_shutdown, NULL};
    const TTest *const peers[] = {peers_without_tls_affect_no_other_client,
        bytes_without_tls_that_precede_the_accept, limits_the_time_for_a_handshake, NULL};
    const TTest *const options[] = {refuses_unusable_files, NULL};
    return run_suite("04_tls", (struct test_group[]){{"users", users}, {"bad peers", peers},
                                   {"options", options}, {NULL, NULL}});
}
