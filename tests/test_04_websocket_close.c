/* WebSocket: clients that are slow or vanish, and how connections are closed. */
// Linux only.
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "websocket_members.h"
#include "websocket_stage.h"

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

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "serve") == 0)
        return run_server(*argv[2] ? argv[2] : NULL, strcmp(argv[3], "paused") == 0);
    return run_suite("04_websocket_close",
        (struct test_group[]){
            {"trouble", (const TTest *const[]){stops_reading_from_a_flood,
                            drops_a_client_that_never_reads, a_task_outlives_its_connection, NULL}},
            {"end", (const TTest *const[]){sends_queued_messages_before_closing,
                        receives_everything_sent_before_closing,
                        discards_what_comes_after_a_close_frame, closes_all_connections,
                        ends_though_no_client_answers, NULL}},
            {NULL, NULL}});
}
