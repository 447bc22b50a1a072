/* Bad peers harm only themselves: invalid frames, too much data, silence. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "04-chat-server/websocket/address.h"
#include "websocket_members.h"
#include "websocket_peer.h"
#include "websocket_stage.h"

/*
 * Frames (RFC 6455, 5)
 */

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

static bool has_ended(int peer)
{
    static struct frame frame;
    return !peer_read(peer, &frame);
}

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
        ck_assert(has_ended(peer));
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

/*
 * Silence
 */

static void wait_a_while(const char *seconds)
{
    static struct frame frame;
    char path[32];
    snprintf(path, sizeof(path), "/later/%s", seconds);
    int peer = peer_connect(port, path);
    ck_assert(peer_read(peer, &frame));
    ck_assert_str_eq(frame.data, "later");
    ck_assert_int_eq(peer_ending(peer, NULL), 1000);
}

static void expect_ping(int peer)
{
    static struct frame frame;
    ck_assert(peer_read(peer, &frame));
    ck_assert_int_eq(frame.opcode, FINAL | PING);
    ck_assert_uint_eq(frame.size, 0);
}

static void expect_nothing(int peer)
{
    static struct frame frame;
    peer_send_text(peer, "still there?");
    ck_assert(peer_read(peer, &frame));
    ck_assert_str_eq(frame.data, "still there?");
}

START_TEST(pings_silent_clients_and_drops_dead_ones)
{
    start_own_with("", "paused");
    int dead = peer_connect(port, "/echo"), answers = peer_connect(port, "/echo"),
        talks = peer_connect(port, "/echo"), waits = peer_connect(port, "/held");
    wait_a_while("15");
    expect_nothing(talks);
    wait_a_while("10");
    expect_ping(dead);
    expect_ping(answers);
    expect_ping(waits);
    peer_send(answers, FINAL | PONG, "", 0);
    peer_send(waits, FINAL | PONG, "unasked", 7); /* activity too */
    expect_nothing(talks);                        /* so the server has read the pongs */
    wait_a_while("15");
    expect_nothing(talks);
    wait_a_while("15");
    ck_assert(has_ended(dead)); /* 55 s after it connected */
    expect_ping(answers);
    expect_ping(waits);
    expect_nothing(answers);
    expect_nothing(talks);
    close(dead);
    close(answers);
    close(talks);
    close(waits);
    stop();
}
END_TEST

/* A debugger, or a computer that sleeps, stops the server and not its clock. */
START_TEST(does_not_count_time_in_which_it_did_not_run)
{
    start_own_with("", "paused");
    int asked = peer_connect(port, "/echo"), talks = peer_connect(port, "/echo");
    wait_a_while("15");
    wait_a_while("10");
    expect_ping(asked);
    int quiet = peer_connect(port, "/echo"), stopper = join_at("hall", 1);
    expect_ping(talks);
    for (int i = 0; i < 3; i++) {
        tell(stopper, "time %d; self done", 50 + 1000 * i);
        expect_nothing(talks);
    }
    expect_nothing(quiet);
    expect_nothing(asked);
    wait_a_while("15");
    wait_a_while("10");
    expect_ping(quiet);
    expect_ping(asked);
    wait_a_while("15");
    wait_a_while("15");
    ck_assert(has_ended(quiet)); /* time in which the server runs does count */
    ck_assert(has_ended(asked));
    close(quiet);
    close(asked);
    close(talks);
    close(stopper);
    stop();
}
END_TEST

/* While reading is paused, the server would not see a pong. */
START_TEST(keeps_silent_clients_while_reading_is_paused)
{
    static struct frame frame;
    start_own_with("", "paused");
    int peer = peer_connect(port, "/held"), on = 1;
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    for (int i = 0; i < 20; i++) {
        char text[16];
        snprintf(text, sizeof(text), "%d", i);
        peer_send_text(peer, text);
    }
    still_serves();
    for (int i = 0; i < 4; i++)
        wait_a_while("15");
    close(peer_connect(port, "/go"));
    peer_send_text(peer, "end");
    ck_assert(peer_read(peer, &frame));
    ck_assert_str_eq(frame.data, "20 in order");
    close(peer);
    stop();
}
END_TEST

/*
 * The rate
 */

#define EQUAL(a, b) ck_assert_double_eq_tol(a, b, 1e-9)

START_TEST(allows_a_burst_then_the_rate)
{
    struct rate rate = {0};
    uint64_t now = 5000;
    for (int i = 0; i < 10 * RATE_BURST; i++)
        EQUAL(rate_spend(&rate, 1, 10, now), 0);
    EQUAL(rate_spend(&rate, 1, 10, now), 0.1);
    ck_assert_int_eq(rate.excess, 1);
    EQUAL(rate_spend(&rate, 1, 10, now), 0.2);
    EQUAL(rate_spend(&rate, 1, 10, now + 200), 0.1);
    ck_assert_int_eq(rate.excess, 3);
    EQUAL(rate_spend(&rate, 1, 10, now + 1300), 0); /* ten more are allowed */
    ck_assert_int_eq(rate.excess, 3);               /* but the excess is remembered */
    EQUAL(rate_spend(&rate, 1, 10, now + 9000), 0);
    ck_assert_int_eq(rate.excess, 0);
}
END_TEST

/* Reads up to a text that begins like this one. */
static void expect_text(int peer, const char *text)
{
    static struct frame frame;
    do {
        ck_assert_msg(peer_read_message(peer, &frame), "the connection ended before: %s", text);
        ck_assert_msg(frame.opcode != (FINAL | CLOSE), "was closed before: %s", text);
    } while (strncmp(frame.data, text, strlen(text)) != 0);
}

/* The client is warned, slowed down, then dropped; commands count too. Other clients are not
 * affected. */
START_TEST(drops_a_client_that_sends_too_much)
{
    const char *words[] = {"--port=0", "--rate=500", NULL};
    child_start(&server, "04-chat-server/chat-server", words, NULL);
    port = child_port(&server);
    int ana = peer_connect(port, "/"), flood = peer_connect(port, "/");
    peer_send_text(flood, "/nome Zé");
    peer_send_text(ana, "/nome Ana");
    for (int i = 0; i < 2000; i++)
        peer_send_text(flood, i % 2 ? "/data" : "oi");
    expect_text(flood, "Nome alterado");
    expect_text(flood, "Devagar: até 500 mensagens por segundo");
    peer_send_text(ana, "/clientes");
    expect_text(ana, "2 clientes");
    expect_text(flood, "Mensagens demais");
    ck_assert_int_eq(peer_ending(flood, NULL), 1008);
    child_line_with(&server, "Cliente Zé: mensagens demais");
    peer_send_text(ana, "/clientes");
    expect_text(ana, "1 clientes");
    stop();
}
END_TEST

START_TEST(allows_everything_without_a_rate)
{
    struct rate rate = {0};
    for (int i = 0; i < 100000; i++)
        EQUAL(rate_spend(&rate, 1, 0, 1), 0);
    ck_assert_int_eq(rate.excess, 0);
}
END_TEST

/* The clients of an address share its bucket. Each waits for its part of it at the most. */
START_TEST(shares_a_bucket_among_the_clients_of_an_address)
{
    struct address address = {.connections = 4};
    uint64_t now = 5000;
    EQUAL(address_spend(NULL, &address.bytes, 1000, 10, now), 0);
    EQUAL(address_spend(&address, &address.bytes, 20, 10, now), 0);
    EQUAL(address_spend(&address, &address.bytes, 10, 10, now), 1); /* until it has had them */
    EQUAL(address_spend(&address, &address.bytes, 1, 10, now), 0.4);
    address.connections = 0; /* a client whose connection has ended */
    EQUAL(address_spend(&address, &address.bytes, 1, 10, now), 0.1);
}
END_TEST

static struct address *use(struct address_table *table, const char *text)
{
    struct sockaddr_storage peer = {0};
    peer.ss_family = strchr(text, ':') ? AF_INET6 : AF_INET;
    void *ip = peer.ss_family == AF_INET ? (void *)&((struct sockaddr_in *)&peer)->sin_addr
                                         : (void *)&((struct sockaddr_in6 *)&peer)->sin6_addr;
    ck_assert_int_eq(inet_pton(peer.ss_family, text, ip), 1);
    return address_use(table, (struct sockaddr *)&peer);
}

START_TEST(remembers_an_address_for_a_minute)
{
    struct address_table table = {0};
    struct address *address = use(&table, "10.0.0.1");
    for (int i = 0; i < 20; i++)
        address_table_sweep(&table);
    address_release(address);
    for (int i = 0; i < 11; i++)
        address_table_sweep(&table);
    ck_assert_ptr_eq(use(&table, "10.0.0.1"), address);
    address_release(address);
    address_release(use(&table, "2001:db8::1"));
    for (int i = 0; i < 24; i++) /* the wider address is in use as long as the other one exists */
        address_table_sweep(&table);
    ck_assert_ptr_null(table.tree);
    ck_assert_ptr_nonnull(use(&table, "10.0.0.1"));
    ck_assert_ptr_nonnull(use(&table, "2001:db8::1"));
    address_table_free(&table);
    ck_assert_ptr_null(table.tree);
}
END_TEST

START_TEST(limits_wider_addresses_too)
{
    struct address_table table = {0};
    int connected = 0;
    for (int i = 0; i < 100; i++) {
        char text[64];
        snprintf(text, sizeof(text), "2001:db8:1:%x::%x", i, i);
        connected += address_connect(use(&table, text), 3);
    }
    ck_assert_int_eq(connected, 12);
    struct address *one = use(&table, "2001:db8:2:1::1"), *other = use(&table, "2001:db8:2:1::2");
    ck_assert_ptr_eq(one, other);
    for (int i = 0; i < 3; i++)
        ck_assert(address_connect(one, 3));
    ck_assert(!address_connect(other, 3));
    address_disconnect(one);
    ck_assert(address_connect(other, 3));
    ck_assert_ptr_eq(address_widest(one), address_widest(use(&table, "2001:db8:2:2::1")));
    struct address *v4 = use(&table, "255.254.32.1"); /* no part of another one */
    ck_assert_ptr_eq(address_widest(v4), v4);
    ck_assert_ptr_eq(use(&table, "::ffff:255.254.32.1"), v4);
    ck_assert_ptr_eq(address_widest(NULL), NULL);
    address_table_free(&table);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "serve") == 0)
        return run_server(*argv[2] ? argv[2] : NULL, strcmp(argv[3], "paused") == 0);
    const TTest *const rates[] = {allows_a_burst_then_the_rate, allows_everything_without_a_rate,
        shares_a_bucket_among_the_clients_of_an_address, remembers_an_address_for_a_minute,
        limits_wider_addresses_too, drops_a_client_that_sends_too_much, NULL};
    const TTest *const frames[] = {refuses_invalid_frames, refuses_frames_without_a_mask,
        accepts_unusual_frames, checks_close_frames, ends_when_both_have_closed, answers_pings,
        refuses_bad_utf8_at_once, survives_connections_that_end_half_way,
        limits_the_size_of_a_message, NULL};
    const TTest *const silence[] = {pings_silent_clients_and_drops_dead_ones,
        does_not_count_time_in_which_it_did_not_run, keeps_silent_clients_while_reading_is_paused,
        NULL};
    return run_suite("04_limits", (struct test_group[]){{"frames", frames}, {"silence", silence},
                                      {"rate", rates}, {NULL, NULL}});
}
