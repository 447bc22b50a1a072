/* The WebSocket protocol (RFC 6455) as the server keeps it: frames, pings, closing, UTF-8. */
// Linux only.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "websocket_peer.h"
#include "websocket_stage.h"

/* Sends the bytes unchanged. Returns the status of the close frame that comes. The end would take
 * the server 5 s where the payload of an invalid frame is incomplete. */
static int refused_with(const char *bytes, size_t size)
{
    static struct frame frame;
    int peer = peer_connect(port, "/echo");
    ck_assert_int_eq(send(peer, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
    ck_assert(peer_read(peer, &frame));
    ck_assert_int_eq(frame.opcode, FINAL | CLOSE);
    close(peer);
    return (unsigned char)frame.data[0] << 8 | (unsigned char)frame.data[1];
}

/* Sends the bytes unchanged. Returns the status that the connection is closed with, or 0. */
static int status_after(const char *bytes, size_t size)
{
    int peer = peer_connect(port, "/echo");
    ck_assert_int_eq(send(peer, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
    return peer_ending(peer, NULL);
}

#define REFUSED(bytes) refused_with(bytes, sizeof(bytes) - 1)
#define MASK "\0\0\0\0"

START_TEST(refuses_invalid_frames)
{
    start_own("");
    for (int bit = 0x10; bit <= 0x40; bit *= 2) {
        static struct frame frame;
        int peer = peer_connect(port, "/echo");
        peer_send(peer, FINAL | TEXT | bit, "a", 1);
        ck_assert(peer_read(peer, &frame));
        ck_assert_int_eq(frame.opcode, FINAL | CLOSE);
        ck_assert_mem_eq(frame.data, "\x03\xea", 2); /* 1002; waiting for the end would take 5 s */
        close(peer);
    }
    static const int reserved[] = {3, 4, 5, 6, 7, 11, 12, 13, 14, 15};
    for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++)
        ck_assert_int_eq(
            status_after((char[]){(char)(0x80 | reserved[i]), (char)0x80, 0, 0, 0, 0}, 6), 1002);
    ck_assert_int_eq(REFUSED("\x80\x81" MASK "a"), 1002); /* no message to continue */
    ck_assert_int_eq(
        REFUSED("\x01\x81" MASK "a\x81\x81" MASK "b"), 1002);    /* a message within another */
    ck_assert_int_eq(REFUSED("\x09\x81" MASK "a"), 1002);        /* a fragmented ping */
    ck_assert_int_eq(REFUSED("\x08\x82" MASK "\x03\xe8"), 1002); /* a fragmented close frame */
    ck_assert_int_eq(REFUSED("\x89\xfe\0\x7e" MASK), 1002);      /* a ping of 126 bytes */
    ck_assert_int_eq(REFUSED("\x89\xfe\0\1" MASK "a"), 1002);
    ck_assert_int_eq(REFUSED("\x88\xff\0\0\0\0\0\0\0\2" MASK "\x03\xe8"), 1002);
    ck_assert_int_eq(REFUSED("\x81\xff\x80\0\0\0\0\0\0\1" MASK "a"), 1002);
    /* Lengths in more bytes than they need. */
    ck_assert_int_eq(REFUSED("\x81\xfe\0\2" MASK "oi"), 1002);
    ck_assert_int_eq(REFUSED("\x81\xfe\0\0" MASK), 1002);
    ck_assert_int_eq(REFUSED("\x82\xfe\0\x7d" MASK), 1002);
    ck_assert_int_eq(REFUSED("\x81\xff\0\0\0\0\0\0\0\2" MASK "oi"), 1002);
    ck_assert_int_eq(REFUSED("\x01\x81" MASK "a\x80\xff\0\0\0\0\0\0\xff\xff" MASK), 1002);
    /* Longer than a message may be: refused before the payload arrives. */
    ck_assert_int_eq(REFUSED("\x81\xff\0\0\0\0\0\1\0\1" MASK), 1009);
    ck_assert_int_eq(REFUSED("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff" MASK), 1009);
    ck_assert_int_eq(REFUSED("\x01\x81" MASK "a\x80\xff\0\0\0\0\0\1\0\0" MASK), 1009);
    still_serves();
    stop();
}
END_TEST

/* RFC 6455, 5.1. The masks protect proxies, which could take a message for a request. */
START_TEST(refuses_frames_without_a_mask)
{
    start_own("");
    ck_assert_int_eq(REFUSED("\x81\x02oi"), 1002);
    ck_assert_int_eq(REFUSED("\x81\0"), 1002);
    ck_assert_int_eq(REFUSED("\x82\x7e\0\x7e"), 1002);
    ck_assert_int_eq(REFUSED("\x81\x7f\0\0\0\0\0\1\0\0"), 1002);
    ck_assert_int_eq(REFUSED("\x01\x81" MASK "a\x80\x01"
                             "b"),
        1002);
    ck_assert_int_eq(REFUSED("\x89\x01p"), 1002);
    ck_assert_int_eq(REFUSED("\x8a\0"), 1002);
    ck_assert_int_eq(REFUSED("\x88\x02\x03\xe8"), 1002);
    ck_assert_int_eq(REFUSED("\x88\0"), 1002);
    still_serves();
    stop();
}
END_TEST

static void is_echoed(const char *bytes, size_t size, const char *text)
{
    static struct frame frame;
    int peer = peer_connect(port, "/echo");
    ck_assert_int_eq(send(peer, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
    ck_assert(peer_read(peer, &frame));
    ck_assert_int_eq(frame.opcode, FINAL | TEXT);
    ck_assert_str_eq(frame.data, text);
    close(peer);
}

#define IS_ECHOED(bytes, text) is_echoed(bytes, sizeof(bytes) - 1, text)

START_TEST(accepts_unusual_frames)
{
    start_own("");
    IS_ECHOED("\x01\x80" MASK "\x00\x80" MASK "\x00\x82" MASK "oi\x80\x80" MASK, "oi");
    stop();
}
END_TEST

/* Sends the bytes one by one, so that each of them is once the last that has arrived. */
static int status_after_each(const char *bytes, size_t size)
{
    int peer = peer_connect(port, "/echo"), on = 1;
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    for (size_t i = 0; i < size; i++)
        ck_assert_int_eq(send(peer, bytes + i, 1, MSG_NOSIGNAL), 1);
    return peer_ending(peer, NULL);
}

START_TEST(checks_close_frames)
{
#define CLOSE_FRAME(size, payload)                                                                 \
    {                                                                                              \
        "\x88" size MASK payload, sizeof("\x88" size MASK payload) - 1                             \
    }
    static const struct {
        struct {
            const char *bytes;
            size_t size;
        } frame;
        int status;
    } cases[] = {
        {CLOSE_FRAME("\x80", ""), 0}, {CLOSE_FRAME("\x81", "\x03"), 1002},
        {CLOSE_FRAME("\x82", "\x03\xe8"), 1000},
        {CLOSE_FRAME("\x85", "\x03\xe8"
                             "bye"),
            1000},
        {CLOSE_FRAME("\x87", "\x03\xe9"
                             "ol\xc3\xa1!"),
            1001},
        {CLOSE_FRAME("\x85", "\x03\xe8\xed\xa0\x80"), 1007},
        {CLOSE_FRAME("\x83", "\x03\xe8\xc3"), 1007}, {CLOSE_FRAME("\x83", "\x03\xe8\xff"), 1007},
        {CLOSE_FRAME("\x82", "\x0f\xa0"), 4000}, {CLOSE_FRAME("\x82", "\x03\xf3"), 1011},
        {CLOSE_FRAME("\x82", "\0\0"), 1002}, {CLOSE_FRAME("\x82", "\x03\xe7"), 1002}, /* 999 */
        {CLOSE_FRAME("\x82", "\x03\xec"), 1002}, /* 1004 to 1006 are never sent */
        {CLOSE_FRAME("\x82", "\x03\xed"), 1002}, {CLOSE_FRAME("\x82", "\x03\xee"), 1002},
        {CLOSE_FRAME("\x82", "\x03\xf7"), 1002}, /* 1015 */
        {CLOSE_FRAME("\x82", "\x07\xd0"), 1002}, /* 2000 */
        {CLOSE_FRAME("\x82", "\x13\x88"), 1002}, /* 5000 */
    };
    start_own("");
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        ck_assert_int_eq(status_after(cases[i].frame.bytes, cases[i].frame.size), cases[i].status);
        ck_assert_int_eq(
            status_after_each(cases[i].frame.bytes, cases[i].frame.size), cases[i].status);
    }
    stop();
}
END_TEST

/* Each would take 5 s if the server waited for its time limit, and the test has 30 s. */
START_TEST(ends_when_both_have_closed)
{
    static struct frame frame;
    static const char *const invalid[] = {"\xc1\x81" MASK "a", "\x83\x85" MASK "abcde",
        "\x09\x81" MASK "a", "\x80\x81" MASK "a", "\x81\x81" MASK "\xff"};
    start_own("");
    for (size_t i = 0; i < 9 * sizeof(invalid) / sizeof(*invalid); i++) {
        int peer = peer_connect(port, "/echo");
        const char *bytes = invalid[i % (sizeof(invalid) / sizeof(*invalid))];
        size_t size = 6 + ((unsigned char)bytes[1] & 0x7f);
        ck_assert_int_eq(send(peer, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
        if (i < sizeof(invalid) / sizeof(*invalid))
            peer_send_text(peer, "ignored");
        ck_assert(peer_read(peer, &frame));
        ck_assert_int_eq(frame.opcode, FINAL | CLOSE);
        if (i < sizeof(invalid) / sizeof(*invalid))
            peer_send_text(peer, "ignored");
        peer_send(peer, FINAL | CLOSE, frame.data, frame.size);
        ck_assert(peer_has_ended(peer));
        close(peer);
    }
    stop();
}
END_TEST

START_TEST(answers_pings)
{
    static struct frame frame;
    static const int counts[] = {1, 2, 40, 500};
    char payload[128];
    memset(payload, 'p', sizeof(payload));
    start_own("");
    int peer = peer_connect(port, "/echo"), on = 1, off = 0;
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
        setsockopt(peer, IPPROTO_TCP, TCP_CORK, &on, sizeof(on)); /* they arrive together */
        peer_send(peer, TEXT, "a", 1);
        for (int ping = 0; ping < counts[i]; ping++) {
            snprintf(payload, sizeof(payload), "%04d", ping);
            payload[4] = 'p';
            peer_send(peer, FINAL | PING, payload, 4 + (size_t)ping % 122);
        }
        peer_send(peer, FINAL | PING, "", 0);
        peer_send(peer, FINAL | PONG, "unasked", 7);
        peer_send(peer, FINAL, "b", 1);
        setsockopt(peer, IPPROTO_TCP, TCP_CORK, &off, sizeof(off));
        for (int ping = 0; ping < counts[i]; ping++) {
            ck_assert(peer_read(peer, &frame));
            ck_assert_int_eq(frame.opcode, FINAL | PONG);
            ck_assert_int_eq(atoi(frame.data), ping);
            ck_assert_uint_eq(frame.size, 4 + (size_t)ping % 122);
        }
        ck_assert(peer_read(peer, &frame));
        ck_assert_int_eq(frame.opcode, FINAL | PONG);
        ck_assert_uint_eq(frame.size, 0);
        ck_assert(peer_read(peer, &frame));
        ck_assert_str_eq(frame.data, "ab");
    }
    close(peer);
    stop();
}
END_TEST

/* The rest of the message need not arrive. */
START_TEST(refuses_bad_utf8_at_once)
{
    static const char *const bad[] = {
        "\xff", "ol\xc3(", "\xed\xa0", "\xe0\x80", "\xf4\x90", "\xc0"};
    static struct frame frame;
    start_own("");
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char padding[512];
        memset(padding, 'a', sizeof(padding));
        int peer = peer_connect(port, "/echo");
        peer_send(peer, TEXT, padding, sizeof(padding));
        peer_send(peer, 0, bad[i], strlen(bad[i]));
        ck_assert(peer_read(peer, &frame));
        ck_assert_int_eq(frame.opcode, FINAL | CLOSE);
        ck_assert_mem_eq(frame.data, "\x03\xef", 2); /* 1007 */
        close(peer);
    }
    stop();
}
END_TEST

START_TEST(survives_connections_that_end_half_way)
{
    static struct frame frame;
    struct linger reset = {.l_onoff = 1};
    start_own("");
    int before = open_descriptors(server.pid);
    int half = peer_connect(port, "/echo");
    peer_send_text(half, "the last one");
    ck_assert(peer_read(half, &frame));
    shutdown(half, SHUT_WR); /* it can still read */
    int torn = peer_connect(port, "/echo"), gone = peer_connect(port, "/echo");
    ck_assert_int_eq(send(torn, "\x81\xfe\1", 3, MSG_NOSIGNAL), 3); /* half a header */
    setsockopt(gone, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(torn);
    close(gone);
    wait_for_descriptors(before);
    ck_assert(!peer_read(half, &frame));
    close(half);
    still_serves();
    stop();
}
END_TEST

START_TEST(limits_the_size_of_a_message)
{
    static struct frame frame;
    setenv("MAX_MESSAGE", "10", 1);
    start_own("");
    int peer = peer_connect(port, "/echo");
    peer_send_text(peer, "0123456789");
    ck_assert(peer_read(peer, &frame));
    ck_assert_str_eq(frame.data, "0123456789");
    peer_send(peer, TEXT, "01234567", 8);
    peer_send(peer, FINAL, "890", 3);
    ck_assert_int_eq(peer_ending(peer, NULL), 1009);
    stop();
}
END_TEST

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "serve") == 0)
        return run_server(*argv[2] ? argv[2] : NULL, strcmp(argv[3], "paused") == 0);
    return run_suite("04_protocol",
        (struct test_group[]){
            {"frames",
                (const TTest *const[]){refuses_invalid_frames, refuses_frames_without_a_mask,
                    accepts_unusual_frames, checks_close_frames, ends_when_both_have_closed,
                    answers_pings, refuses_bad_utf8_at_once, survives_connections_that_end_half_way,
                    limits_the_size_of_a_message, NULL}},
            {NULL, NULL}});
}
