/* WebSocket for tasks: hello-server as a program, and the suite's own server. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
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

static void make_directory(char directory[32])
{
    char name[64];
    strcpy(directory, "/tmp/test-web-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(name, sizeof(name), "%s/index.html", directory);
    FILE *file = fopen(name, "w");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 10000; i++)
        fprintf(file, "line %d\n", i);
    fclose(file);
}

START_TEST(serves_files)
{
    char directory[32], head[4096], command[64], byte;
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
    snprintf(command, sizeof(command), "rm -r %s", directory);
    ck_assert_int_eq(system(command), 0);
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

/*
 * Clients that are slow or vanish
 */

/* Sends numbered messages of 1 KB until the socket takes no more. */
static long send_until_full(int peer, long limit)
{
    char text[1025];
    unsigned char head[8] = {FINAL | TEXT, 0x80 | 126, 4, 0};
    for (long count = 0; count < limit; count++) {
        struct pollfd writable = {.fd = peer, .events = POLLOUT};
        if (poll(&writable, 1, 200) == 0)
            return count;
        snprintf(text, sizeof(text), "%-1024ld", count);
        ck_assert_int_eq(send(peer, head, 8, MSG_NOSIGNAL | MSG_MORE), 8);
        ck_assert_int_eq(send(peer, text, 1024, MSG_NOSIGNAL), 1024);
    }
    return limit;
}

START_TEST(stops_reading_from_a_flood)
{
    static struct frame frame;
    char expected[64];
    start_own("");
    int peer = peer_connect(port, "/held");
    long sent = send_until_full(peer, 32 * 1024);
    ck_assert_int_lt(sent, 32 * 1024);
    still_serves();
    close(peer_connect(port, "/go"));
    peer_send_text(peer, "end");
    ck_assert(peer_read(peer, &frame));
    snprintf(expected, sizeof(expected), "%ld in order", sent);
    ck_assert_str_eq(frame.data, expected);
    ck_assert_int_eq(peer_ending(peer, NULL), 1000);
    stop();
}
END_TEST

START_TEST(drops_a_client_that_never_reads)
{
    static struct frame frame;
    start_own("");
    int before = open_descriptors(server.pid);
    int peer = peer_connect(port, "/flood");
    while (open_descriptors(server.pid) > before)
        poll(NULL, 0, 10);
    int reporter = peer_connect(port, "/flood-report");
    ck_assert(peer_read(reporter, &frame));
    ck_assert_str_eq(frame.data, "ENOBUFS");
    close(reporter);
    still_serves();
    ck_assert_int_eq(peer_ending(peer, NULL), 0); /* aborted: no close frame */
    stop();
}
END_TEST

START_TEST(a_task_outlives_its_connection)
{
    static struct frame frame;
    start_own("");
    int peer = peer_connect(port, "/orphan");
    peer_send_text(peer, "one");
    close(peer);
    int reporter = peer_connect(port, "/orphan-report");
    close(peer_connect(port, "/go"));
    ck_assert(peer_read(reporter, &frame));
    ck_assert_str_eq(frame.data, "EPIPE");
    close(reporter);
    stop();
}
END_TEST

/*
 * Closing
 */

START_TEST(sends_queued_messages_before_closing)
{
    int messages;
    start_own("");
    ck_assert_int_eq(peer_ending(peer_connect(port, "/leave"), &messages), 1000);
    ck_assert_int_eq(messages, 10);
    stop();
}
END_TEST

START_TEST(receives_everything_sent_before_closing)
{
    static struct frame frame;
    start_own("");
    int peer = peer_connect(port, "/held");
    int many = 500;
    for (int i = 0; i < many; i++) {
        char text[16];
        snprintf(text, sizeof(text), "%d", i);
        peer_send_text(peer, text);
    }
    peer_send_text(peer, "end");
    close(peer_connect(port, "/go"));
    ck_assert(peer_read(peer, &frame));
    ck_assert_str_eq(frame.data, "500 in order");
    close(peer);
    stop();
}
END_TEST

/* Frames that are sent while the socket is corked arrive together. */
static void cork(int peer, int on)
{
    ck_assert_int_eq(setsockopt(peer, IPPROTO_TCP, TCP_CORK, &on, sizeof(on)), 0);
}

static void send_after(int peer, int opcode, const char *payload, size_t size, const char *text)
{
    cork(peer, 1);
    peer_send_text(peer, "one 1 before");
    peer_send(peer, opcode, payload, size);
    peer_send_text(peer, text);
    peer_send(peer, TEXT, text, strlen(text)); /* the message's first part */
    peer_send(peer, FINAL, "", 0);
    cork(peer, 0);
}

START_TEST(discards_what_comes_after_a_close_frame)
{
    static struct frame frame;
    static const struct {
        int opcode;
        const char *payload;
        size_t size;
    } closing[] = {{FINAL | CLOSE, "\x03\xe8", 2}, {FINAL | CLOSE, "", 0},
        {FINAL | CLOSE,
            "\x03\xe8"
            "bye",
            5},
        {FINAL | TEXT, "\xff", 1}, {FINAL | 3, "", 0}};
    start_own("");
    int listener = join_at("hall", 1);
    for (size_t i = 0; i < sizeof(closing) / sizeof(*closing); i++) {
        int peer = join_at("hall", 2);
        send_after(peer, closing[i].opcode, closing[i].payload, closing[i].size, "one 1 after");
        ck_assert(peer_read(listener, &frame));
        ck_assert_ptr_nonnull(strstr(frame.data, "before"));
        peer_ending(peer, NULL);
        hears_nothing(listener);
    }
    close(listener);
    stop();
}
END_TEST

START_TEST(closes_all_connections)
{
    start_own_with("", "paused");
    FILE *client = start_client("farewell", 30);
    client_says(client, "ready");
    child_signal(&server, SIGTERM);
    client_says(client, "[1001]");
    end_client(client);
    ck_assert_int_eq(child_wait(&server), 0);
}
END_TEST

START_TEST(ends_though_no_client_answers)
{
    start_own("");
    int mute[4] = {peer_connect(port, "/echo"), peer_connect(port, "/held"),
        peer_connect(port, "/flood-report"), connect_to(port)};
    stop();
    for (int i = 0; i < 4; i++)
        close(mute[i]);
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
    const TTest *const hello[] = {a_name_does_not_command_the_terminal, greets_a_real_client,
        reports_that_the_port_is_taken, survives_clients_that_leave_at_once,
        ends_with_clients_connected, NULL};
    const TTest *const http[] = {refuses_invalid_handshakes, tells_language_and_address,
        listens_at_both_addresses, serves_files, NULL};
    const TTest *const messages[] = {echoes_to_a_real_client, serves_many_at_once, joins_fragments,
        refuses_long_messages, refuses_bad_utf8, NULL};
    const TTest *const trouble[] = {stops_reading_from_a_flood, drops_a_client_that_never_reads,
        a_task_outlives_its_connection, NULL};
    const TTest *const end[] = {sends_queued_messages_before_closing,
        receives_everything_sent_before_closing, discards_what_comes_after_a_close_frame,
        closes_all_connections, ends_though_no_client_answers, NULL};
    const struct test_group groups[] = {{"hello-server", hello}, {"http", http},
        {"messages", messages}, {"trouble", trouble}, {"end", end}, {NULL, NULL}};
    return run_suite("04_websocket", groups);
}
