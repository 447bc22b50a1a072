/* What is said to many: the bytes, the order, who takes nothing, who leaves. */
// links: 04-chat-server/websocket.c 04-chat-server/websocket_connection.c
// links: 04-chat-server/websocket_server.c 04-chat-server/websocket_context.c
// links: 04-chat-server/websocket_http.c 04-chat-server/websocket_queue.c
// links: 04-chat-server/websocket_door.c 04-chat-server/websocket_origin.c
// links: 04-chat-server/websocket_pulse.c
// links: 04-chat-server/websocket_write.c 04-chat-server/websocket_room.c
// links: tests/websocket_peer.c tests/websocket_stage.c
// links: tests/websocket_stage_room.c tests/websocket_members.c -lwebsockets
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support_runtime.h"
#include "websocket_members.h"
#include "websocket_stage.h"

static struct frame frame;

/*
 * The bytes
 */

static void expect_bytes(int peer, const char *bytes, size_t size)
{
    static char received[256];
    ck_assert_uint_le(size, sizeof received);
    ck_assert_int_eq(recv(peer, received, size, MSG_WAITALL), size);
    ck_assert_mem_eq(received, bytes, size);
}

static void expect_xs(int peer, const char *head, size_t size, size_t count)
{
    static char received[65536];
    expect_bytes(peer, head, size);
    ck_assert_uint_le(count, sizeof received);
    ck_assert_int_eq(recv(peer, received, count, MSG_WAITALL), count);
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(received[i], 'x');
}

START_TEST(the_bytes_on_the_wire)
{
    int peers[2];
    start_own("");
    join(peers, 2);
    peer_send_text(peers[0], "all ol\303\241");
    expect_bytes(peers[1],
        "\x81\x06"
        "0 ol\303\241",
        8);
    peer_send_text(peers[0], "one 1 a");
    expect_bytes(peers[1],
        "\x81\x03"
        "1 a",
        5);
    peer_send_text(peers[0], "many 2 125");
    expect_xs(peers[1], "\x81\x7d", 2, 125);
    expect_xs(peers[1], "\x81\x7d", 2, 125);
    peer_send_text(peers[0], "many 1 126");
    expect_xs(peers[1], "\x81\x7e\x00\x7e", 4, 126);
    peer_send_text(peers[0], "many 1 65535");
    expect_xs(peers[1], "\x81\x7e\xff\xff", 4, 65535);
    peer_send_text(peers[0], "many 1 65536");
    expect_xs(peers[1], "\x81\x7f\0\0\0\0\0\1\0\0", 10, 65536);
    peer_send_text(peers[0], "all bye");
    peer_send_text(peers[0], "end 1");
    expect_bytes(peers[1],
        "\x81\x05"
        "2 bye\x88\x02\x03\xe8",
        11);
    peer_send(peers[1], FINAL | CLOSE, "\x03\xe8", 2);
    ck_assert_int_eq(recv(peers[1], &(char){0}, 1, 0), 0); /* no goodbye to the goodbye */
    leave(peers, 2);
    stop();
}
END_TEST

/*
 * The order
 */

#define TALKERS 12
#define SAID 300 /* by each */

struct schedule {
    int peers[TALKERS];
    int expected[TALKERS]; /* messages to each */
};

/* One command of the member's, picked by chance. */
static void add_command(struct schedule *schedule, int member, char **end)
{
    int other = rand() % TALKERS;
    switch (rand() % 4) {
    case 0:
        *end += sprintf(*end, "one %d from %d", other, member);
        schedule->expected[other]++;
        break;
    case 1:
        *end += sprintf(*end, "self from %d", member);
        schedule->expected[member]++;
        break;
    default:
        *end += sprintf(*end, "all from %d", member);
        for (int i = 0; i < TALKERS; i++)
            schedule->expected[i] += i != member;
    }
}

/* In bursts of many lengths, whoever's turn chance says. */
static void talk(struct schedule *schedule)
{
    int left[TALKERS], members = TALKERS;
    for (int i = 0; i < TALKERS; i++)
        left[i] = SAID;
    while (members > 0) {
        int member = rand() % TALKERS;
        int burst = 1 << rand() % 6;
        for (; burst > 0 && left[member] > 0; burst--, left[member]--) {
            char text[64], *end = text;
            add_command(schedule, member, &end);
            peer_send(schedule->peers[member], FINAL | TEXT, text, (size_t)(end - text));
            members -= left[member] == 1;
        }
    }
}

/* The server numbers what it is told to say, and each member hears its part in that order. */
static void hears_in_order(int peer, int count)
{
    long last = -1;
    for (int i = 0; i < count; i++) {
        ck_assert(peer_read(peer, &frame));
        char *rest;
        long number = strtol(frame.data, &rest, 10);
        ck_assert_int_gt(number, last);
        ck_assert_int_eq(strncmp(rest, " from ", 6), 0);
        last = number;
    }
    hears_nothing(peer);
}

static void random_schedule(unsigned seed)
{
    struct schedule schedule = {0};
    srand(seed);
    join(schedule.peers, TALKERS);
    talk(&schedule);
    for (int i = 0; i < TALKERS; i++)
        hears_in_order(schedule.peers[i], schedule.expected[i]);
    leave(schedule.peers, TALKERS);
}

START_TEST(one_order_for_all)
{
    start_own("");
    for (unsigned seed = 1; seed <= 10; seed++)
        random_schedule(seed);
    stop();
}
END_TEST

START_TEST(hears_what_is_said_while_in_the_room)
{
    int peers[2];
    start_own("");
    join(peers, 2);
    int guest = join_at("hall", 7);
    peer_send_text(peers[0], "all before");
    peer_send_text(peers[0], "enter 7");
    peer_send_text(peers[0], "all while");
    peer_send_text(peers[0], "leave 7");
    peer_send_text(peers[0], "leave 7");
    peer_send_text(peers[0], "all after");
    peer_send_text(peers[0], "one 7 end");
    expect(guest, "1 while");
    expect(guest, "3 end");
    expect(peers[1], "0 before");
    expect(peers[1], "1 while");
    expect(peers[1], "2 after");
    peer_send_text(peers[0], "all bye");
    peer_send_text(peers[0], "end 1");
    expect(peers[1], "4 bye");
    ck_assert_int_eq(peer_ending(peers[1], NULL), 1000);
    leave((int[]){peers[0], guest}, 2);
    stop();
}
END_TEST

/*
 * Who takes nothing
 */

#define KIB 1024
#define CHUNK (16 * KIB)

START_TEST(who_is_slow_misses_nothing)
{
    int peers[3], count = 1500 * KIB / CHUNK;
    start_own("");
    join(peers, 3);
    for (int i = 0; i < count; i++)
        tell(peers[0], "many 1 %d", CHUNK);
    tell(peers[0], "one 1 private");
    tell(peers[0], "all end");
    for (int peer = 2; peer > 0; peer--) { /* all has been sent before 1 reads any */
        for (int i = 0; i < count; i++) {
            ck_assert(peer_read(peers[peer], &frame));
            ck_assert_uint_eq(frame.size, CHUNK);
        }
        if (peer == 1)
            expect(peers[1], "0 private");
        expect(peers[peer], "1 end");
    }
    leave(peers, 3);
    stop();
}
END_TEST

/* As much as the kernel may take of its own accord, and the bound. */
START_TEST(who_never_reads_is_dropped_alone)
{
    int peers[4], count = 0;
    start_own("");
    join(peers, 4);
    int connected = open_descriptors(server.pid);
    while (open_descriptors(server.pid) == connected) {
        tell(peers[0], "many 4 %d", CHUNK);
        count += 4;
        for (int i = 0; i < 4; i++)
            for (int peer = 2; peer < 4; peer++) {
                ck_assert(peer_read(peers[peer], &frame));
                ck_assert_uint_eq(frame.size, CHUNK);
            }
        ck_assert_int_lt(count, 64 * 1024 * KIB / CHUNK);
    }
    ck_assert_int_gt(count, 2 * 1024 * KIB / CHUNK);
    tell(peers[0], "all still there");
    expect(peers[2], "0 still there");
    expect(peers[3], "0 still there");
    ck_assert_int_eq(open_descriptors(server.pid), connected - 1);
    ck_assert_int_eq(peer_ending(peers[1], NULL), 0); /* cut, so it ends */
    leave((int[]){peers[0], peers[2], peers[3]}, 3);
    stop();
}
END_TEST

#define UNREAD (1024 * KIB)

static long unread(int peer)
{
    tell(peer, "unread");
    ck_assert(peer_read(peer, &frame));
    return atol(frame.data);
}

/* None of them by far enough to be dropped, but all of them together. */
START_TEST(many_who_never_read_are_dropped)
{
    int peers[6], count = 0;
    setenv("UNREAD", "1048576", 1);
    start_own("");
    join(peers, 6);
    int connected = open_descriptors(server.pid);
    while (open_descriptors(server.pid) > connected - 4) {
        tell(peers[0], "many 1 %d", CHUNK);
        ck_assert(peer_read(peers[5], &frame));
        ck_assert_int_le(unread(peers[0]), UNREAD);
        ck_assert_int_lt(++count, 64 * 1024 * KIB / CHUNK);
    }
    ck_assert_int_eq(unread(peers[0]), 0);
    tell(peers[0], "all still there");
    expect(peers[5], "0 still there");
    ck_assert_int_eq(open_descriptors(server.pid), connected - 4);
    for (int i = 1; i < 5; i++)
        ck_assert_int_eq(peer_ending(peers[i], NULL), 0);
    leave((int[]){peers[0], peers[5]}, 2);
    stop();
}
END_TEST

/* libwebsockets says the goodbye to who sends no frames; nothing may follow it. */
START_TEST(nothing_follows_a_goodbye)
{
    int peers[3];
    start_own("");
    join(peers, 3);
    tell(peers[0], "all before");
    expect(peers[1], "0 before");
    peer_send(peers[1], FINAL | TEXT | 0x40, "a", 1);
    ck_assert(peer_read(peers[1], &frame));
    ck_assert_int_eq(frame.opcode, FINAL | CLOSE);
    ck_assert_mem_eq(frame.data, "\x03\xea", 2); /* 1002 */
    tell(peers[0], "all after");
    tell(peers[0], "one 1 private");
    done(peers[0]);
    expect(peers[2], "0 before");
    expect(peers[2], "1 after");
    hears_nothing(peers[1]);
    leave(peers, 3);
    stop();
}
END_TEST

/*
 * Who leaves
 */

static void reset_connection(int peer)
{
    struct linger reset = {.l_onoff = 1};
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(peer);
}

static int how_many(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (memory_is_shadowed())
        return 100;
    return limit.rlim_cur > 1100 ? 1000 : (int)limit.rlim_cur - 100;
}

START_TEST(a_thousand_leave_in_mid_broadcast)
{
    int count = how_many(), *leaving = calloc((size_t)count, sizeof *leaving);
    int peers[2], messages = 0;
    start_own("");
    join(peers, 2);
    int before = open_descriptors(server.pid);
    for (int i = 0; i < count; i++)
        leaving[i] = join_at("room", 2 + i);
    for (int i = 0; i < count; i++) {
        tell(peers[0], "all %d", messages++);
        if (i % 2)
            reset_connection(leaving[i]);
        else
            close(leaving[i]);
    }
    for (int i = 0; i < messages; i++) {
        char text[32];
        snprintf(text, sizeof text, "%d %d", i, i);
        expect(peers[1], text);
    }
    while (open_descriptors(server.pid) > before)
        poll(NULL, 0, 10);
    leave(peers, 2);
    free(leaving);
    stop();
}
END_TEST

START_TEST(leaves_while_something_is_on_its_way_to_it)
{
    int peers[2];
    start_own("");
    join(peers, 2);
    for (int i = 0; i < 100; i++) {
        int leaving = join_at("room", 5);
        for (int k = 0; k < 3; k++) {
            tell(peers[0], "one 5 private");
            tell(peers[0], "all of us");
        }
        if (i % 4 == 1)
            tell(peers[0], "end 5");
        if (i % 2)
            reset_connection(leaving);
        else
            close(leaving);
        tell(peers[0], "one 5 too late");
        done(peers[0]);
    }
    for (int i = 0; i < 300; i++) {
        ck_assert(peer_read(peers[1], &frame));
        ck_assert_ptr_nonnull(strstr(frame.data, "of us"));
    }
    leave(peers, 2);
    stop();
}
END_TEST

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "serve") == 0)
        return run_server(*argv[2] ? argv[2] : NULL, strcmp(argv[3], "paused") == 0);
    const TTest *const order[] = {
        the_bytes_on_the_wire, one_order_for_all, hears_what_is_said_while_in_the_room, NULL};
    const TTest *const slow[] = {who_is_slow_misses_nothing, who_never_reads_is_dropped_alone,
        many_who_never_read_are_dropped, nothing_follows_a_goodbye, NULL};
    const TTest *const leaving[] = {
        a_thousand_leave_in_mid_broadcast, leaves_while_something_is_on_its_way_to_it, NULL};
    const struct test_group groups[] = {
        {"order", order}, {"slow", slow}, {"leaving", leaving}, {NULL, NULL}};
    return run_suite("04_fanout", groups);
}
