/* WebSocket for tasks: hello-server as a program, and the suite's own server. */
// Linux only.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "websocket_members.h"
#include "websocket_stage.h"

/*
 * hello-server
 */

START_TEST(greets_a_real_client)
{
    start_hello();
    FILE *client = start_client("hello", 1);
    client_says(client, "(['Hello Antônio!'], 1000)");
    end_client(client);
    ck_assert_str_eq(child_line(&server), "< Antônio");
    ck_assert_str_eq(child_line(&server), "> Hello Antônio!");
    stop();
}
END_TEST

START_TEST(reports_that_the_port_is_taken)
{
    char text[16], *errors;
    start_hello();
    snprintf(text, sizeof(text), "%d", port);
    int status = child_run(
        "04-chat-server/hello-server", (const char *[]){"--port", text, NULL}, NULL, &errors);
    ck_assert_int_eq(status, 1);
    ck_assert_ptr_nonnull(strstr(errors, text));
    ck_assert_ptr_nonnull(strstr(errors, "a porta já está em uso"));
    free(errors);
    stop();
}
END_TEST

START_TEST(survives_clients_that_leave_at_once)
{
    start_hello();
    int before = open_descriptors(server.pid);
    struct linger reset = {.l_onoff = 1};
    for (int i = 0; i < 60; i++) {
        int peer = i % 3 == 0 ? connect_to(port) : peer_connect(port, "/");
        if (i % 3 == 2)
            setsockopt(peer, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        close(peer);
    }
    FILE *client = start_client("hello", 1);
    client_says(client, "(['Hello Antônio!'], 1000)");
    end_client(client);
    while (open_descriptors(server.pid) > before)
        poll(NULL, 0, 10);
    stop();
}
END_TEST

START_TEST(ends_with_clients_connected)
{
    start_hello();
    int peers[8];
    for (int i = 0; i < 8; i++)
        peers[i] = peer_connect(port, "/");
    child_signal(&server, SIGINT);
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(peer_ending(peers[i], NULL), 1001);
    ck_assert_int_eq(child_wait(&server), 0);
}
END_TEST

/*
 * The handshake, and HTTP
 */

START_TEST(refuses_invalid_handshakes)
{
    static const char *const requests[] = {
        "hello\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", /* the start of TLS */
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",
        ("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"
         "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n"),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
    };
    start_own("");
    for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
        int peer = peer_request(port, requests[i]);
        shutdown(peer, SHUT_WR);
        ck_assert_int_ne(peer_answer(peer, NULL), 101);
        close(peer);
    }
    still_serves();
    stop();
}
END_TEST

START_TEST(tells_language_and_address)
{
    static struct frame frame;
    start_own("");
    int peer = peer_connect(port, "/who");
    ck_assert(peer_read(peer, &frame));
    ck_assert_int_eq(strncmp(frame.data, "pt-BR 127.0.0.1:", 16), 0);
    ck_assert_int_eq(peer_ending(peer, NULL), 1000);
    stop();
}
END_TEST

START_TEST(listens_at_both_addresses)
{
    static struct frame frame;
    start_own("");
    struct sockaddr_in6 address = {.sin6_family = AF_INET6,
        .sin6_port = htons((uint16_t)port),
        .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int peer = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (peer >= 0 && connect(peer, (struct sockaddr *)&address, sizeof(address)) == 0) {
        peer_handshake(peer, "/who");
        ck_assert(peer_read(peer, &frame));
        ck_assert_int_eq(strncmp(frame.data, "pt-BR [::1]:", 12), 0);
    } else {
        ck_assert_int_ne(errno, ECONNREFUSED); /* the machine has no IPv6 */
    }
    close(peer);
    stop();
}
END_TEST

static void make_directory(char directory[64])
{
    char name[80];
    temporary_directory(directory, "web");
    snprintf(name, sizeof(name), "%s/index.html", directory);
    FILE *file = fopen(name, "w");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 10000; i++)
        fprintf(file, "line %d\n", i);
    fclose(file);
}

START_TEST(serves_files)
{
    char directory[64], head[4096], byte;
    make_directory(directory);
    start_own(directory);
    int peer = peer_request(port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    ck_assert_int_eq(peer_answer(peer, head), 200);
    ck_assert_ptr_nonnull(strstr(head, "content-type: text/html"));
    ck_assert_ptr_nonnull(strstr(head, "content-security-policy: default-src 'none'; "));
    ck_assert_ptr_nonnull(strstr(head, "x-content-type-options: nosniff"));
    ck_assert_ptr_nonnull(strstr(head, "referrer-policy: no-referrer"));
    size_t size = 0;
    while (recv(peer, &byte, 1, 0) == 1)
        size++;
    ck_assert_uint_eq(size, 98890);
    close(peer);

    peer = peer_request(port, "GET /../../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert_int_eq(peer_answer(peer, head), 404);
    ck_assert_ptr_nonnull(strstr(head, "x-content-type-options: nosniff"));
    close(peer);
    still_serves();
    stop();
}
END_TEST

/*
 * Messages
 */

START_TEST(echoes_to_a_real_client)
{
    start_own("");
    FILE *client = start_client("echo", 2000);
    client_says(client, "closed 1000");
    end_client(client);
    stop();
}
END_TEST

START_TEST(serves_many_at_once)
{
    start_own("");
    FILE *client = start_client("many", 100);
    client_says(client, "all");
    end_client(client);
    stop();
}
END_TEST

START_TEST(joins_fragments)
{
    static struct frame frame;
    start_own("");
    int peer = peer_connect(port, "/echo");
    peer_send(peer, FINAL | TEXT, "", 0); /* skipped */
    peer_send(peer, TEXT, "ol\xc3", 3);
    peer_send(peer, FINAL | PING, "\xff", 1);
    peer_send(peer, 0, "", 0);
    peer_send(peer, 0, "\xa1", 1);
    peer_send(peer, FINAL, "", 0);
    for (int expected = (FINAL | PONG) + (FINAL | TEXT), i = 0; i < 2; i++) { /* in any order */
        ck_assert(peer_read(peer, &frame));
        ck_assert_str_eq(frame.data, frame.opcode == (FINAL | PONG) ? "\xff" : "olá");
        expected -= frame.opcode;
        ck_assert_int_eq(expected == 0, i == 1);
    }
    peer_send(peer, FINAL | BINARY, "as text", 7);
    ck_assert(peer_read(peer, &frame));
    ck_assert_int_eq(frame.opcode, FINAL | TEXT);
    ck_assert_str_eq(frame.data, "as text");
    close(peer);
    stop();
}
END_TEST

START_TEST(refuses_long_messages)
{
    static struct frame frame;
    start_own("");
    FILE *client = start_client("refused", 1);
    for (int i = 0; i < 3; i++)
        client_says(client, "1009");
    end_client(client);

    /* The header announces a terabyte; the server does not wait for it. */
    int peer = peer_connect(port, "/echo");
    unsigned char head[15] = {FINAL | TEXT, 0x80 | 127, 0, 0, 1, [14] = 'a'};
    ck_assert_int_eq(send(peer, head, sizeof(head), MSG_NOSIGNAL), sizeof(head));
    ck_assert(peer_read(peer, &frame));
    ck_assert_int_eq(frame.opcode, FINAL | CLOSE);
    ck_assert_mem_eq(frame.data, "\x03\xf1", 2); /* 1009 */
    close(peer);
    still_serves();
    stop();
}
END_TEST

START_TEST(refuses_bad_utf8)
{
    static const char *const bad[] = {
        "\xff", "ol\xc3", "\xed\xa0\x80", "\xc0\xaf", "a\xf4\x90\x80\x80"};
    start_own("");
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        int peer = peer_connect(port, "/echo");
        peer_send_text(peer, bad[i]);
        ck_assert_int_eq(peer_ending(peer, NULL), 1007);
    }
    int peer = peer_connect(port, "/echo");
    peer_send(peer, TEXT, "ol\xc3", 3);
    peer_send(peer, FINAL, "", 0);
    ck_assert_int_eq(peer_ending(peer, NULL), 1007);
    still_serves();
    stop();
}
END_TEST

START_TEST(a_name_does_not_command_the_terminal)
{
    start_hello();
    int peer = peer_connect(port, "/");
    peer_send_text(peer, "a\033]0;title\a\nb\u202E");
    child_line_with(&server, "< a\\u{1B}]0;title\\u{7}\\u{A}b\\u{202E}");
    child_line_with(&server, "> Hello a\\u{1B}]0;title\\u{7}\\u{A}b\\u{202E}!");
    close(peer);
    stop();
}
END_TEST

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "serve") == 0)
        return run_server(*argv[2] ? argv[2] : NULL, strcmp(argv[3], "paused") == 0);
    return run_suite("04_websocket",
        (struct test_group[]){
            {"hello-server",
                (const TTest *const[]){a_name_does_not_command_the_terminal, greets_a_real_client,
                    reports_that_the_port_is_taken, survives_clients_that_leave_at_once,
                    ends_with_clients_connected, NULL}},
            {"http", (const TTest *const[]){refuses_invalid_handshakes, tells_language_and_address,
                         listens_at_both_addresses, serves_files, NULL}},
            {"messages", (const TTest *const[]){echoes_to_a_real_client, serves_many_at_once,
                             joins_fragments, refuses_long_messages, refuses_bad_utf8, NULL}},
            {NULL, NULL}});
}
