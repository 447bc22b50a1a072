/* A room whose members do not read, or leave. */
// Linux only.
#include <arpa/inet.h>
#include <netinet/in.h>
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

/* The server's clock is paused: it would drop members that do not answer its pings, however long
 * the test takes. */
static void start(void)
{
    start_own_with("", "paused");
}

/*
 * Members that do not read
 */

#define KIB 1024
#define CHUNK (16 * KIB)

START_TEST(a_slow_member_misses_nothing)
{
    int peers[3], count = 1500 * KIB / CHUNK;
    start();
    join(peers, 3);
    for (int i = 0; i < count; i++)
        tell(peers[0], "many 1 %d", CHUNK);
    tell(peers[0], "one 1 private");
    tell(peers[0], "all end");
    for (int peer = 2; peer > 0; peer--) { /* 1 starts reading after everything was sent */
        for (int i = 0; i < count; i++) {
            ck_assert(peer_read_message(peers[peer], &frame));
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

/* Up to the limit, and what the kernel's buffers take. */
START_TEST(only_the_member_that_never_reads_is_dropped)
{
    int peers[4], count = 0;
    start();
    join(peers, 4);
    int connected = open_descriptors(server.pid);
    while (open_descriptors(server.pid) == connected) {
        tell(peers[0], "many 4 %d", CHUNK);
        count += 4;
        for (int i = 0; i < 4; i++)
            for (int peer = 2; peer < 4; peer++) {
                ck_assert(peer_read_message(peers[peer], &frame));
                ck_assert_uint_eq(frame.size, CHUNK);
            }
        ck_assert_int_lt(count, 64 * 1024 * KIB / CHUNK);
    }
    ck_assert_int_gt(count, 2 * 1024 * KIB / CHUNK);
    tell(peers[0], "all still there");
    expect(peers[2], "0 still there");
    expect(peers[3], "0 still there");
    ck_assert_int_eq(open_descriptors(server.pid), connected - 1);
    ck_assert_int_eq(peer_ending(peers[1], NULL), 0); /* aborted: no close frame */
    leave((int[]){peers[0], peers[2], peers[3]}, 3);
    stop();
}
END_TEST

#define UNREAD (1024 * KIB)

/* The answer to a command that asks for a number. */
static long ask(int peer, const char *command)
{
    tell(peer, "%s", command);
    ck_assert(peer_read_message(peer, &frame));
    return atol(frame.data);
}

/* Each stays below its own limit, but together they exceed that of the server. */
START_TEST(many_members_that_never_read_are_dropped)
{
    int peers[6], count = 0;
    setenv("UNREAD", "1048576", 1);
    start();
    join(peers, 6);
    int connected = open_descriptors(server.pid);
    while (open_descriptors(server.pid) > connected - 4) {
        tell(peers[0], "many 1 %d", CHUNK);
        ck_assert(peer_read_message(peers[5], &frame));
        ck_assert_int_le(ask(peers[0], "unread"), UNREAD);
        ck_assert_int_lt(++count, 64 * 1024 * KIB / CHUNK);
    }
    ck_assert_int_eq(ask(peers[0], "unread"), 0);
    tell(peers[0], "all still there");
    expect(peers[5], "0 still there");
    ck_assert_int_eq(open_descriptors(server.pid), connected - 4);
    for (int i = 1; i < 5; i++)
        ck_assert_int_eq(peer_ending(peers[i], NULL), 0);
    leave((int[]){peers[0], peers[5]}, 2);
    stop();
}
END_TEST

static int connect_from(const char *host)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(inet_pton(AF_INET, host, &address.sin_addr), 1);
    ck_assert_int_eq(bind(peer, (struct sockaddr *)&address, sizeof(address)), 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)port);
    ck_assert_int_eq(connect(peer, (struct sockaddr *)&address, sizeof(address)), 0);
    return peer;
}

/* The members of one address may not have more than a part of that pending, so those of others are
 * not affected. */
START_TEST(the_members_of_one_address_are_dropped)
{
    int peers[6], count = 0;
    setenv("UNREAD", "8388608", 1);
    setenv("PER_ADDRESS", "100", 1);
    start();
    join(peers, 5);
    peers[5] = connect_from("127.0.0.2");
    peer_handshake(peers[5], "/room/5");
    expect(peers[5], "in");
    int connected = open_descriptors(server.pid);
    while (open_descriptors(server.pid) > connected - 2) {
        tell(peers[0], "many 1 %d", CHUNK);
        ck_assert(peer_read_message(peers[4], &frame));
        ck_assert_int_lt(++count, 64 * 1024 * KIB / CHUNK);
    }
    ck_assert_int_eq(ask(peers[0], "dropped"), 2);
    for (int i = 0; i < count; i++)
        ck_assert(peer_read_message(peers[5], &frame));
    tell(peers[0], "all still there");
    expect(peers[4], "0 still there");
    expect(peers[5], "0 still there");
    leave(peers, 6);
    stop();
}
END_TEST

/* A client misses messages if they cannot be queued for it, so its connection is closed, with the
 * reason. It does not count as one that left too much unread. */
START_TEST(out_of_memory_closes_one_connection)
{
    int peers[3], sent = 0, received;
    if (memory_is_shadowed())
        return;
    start();
    join(peers, 3);
    tell(peers[0], "many 8 %d", CHUNK); /* the room's log keeps this memory */
    for (; sent < 8; sent++)
        ck_assert(peer_read_message(peers[2], &frame));
    tell(peers[0], "memory %d", 512 * KIB);
    while (ask(peers[0], "members") == 3) {
        tell(peers[0], "many 1 %d", CHUNK);
        ck_assert(peer_read_message(peers[2], &frame));
        ck_assert_int_lt(++sent, 64 * 1024 * KIB / CHUNK);
    }
    ck_assert_int_eq(ask(peers[0], "dropped"), 0);
    ck_assert_int_eq(peer_ending(peers[1], &received), 1011);
    ck_assert_int_lt(received, sent);
    tell(peers[0], "all still there");
    expect(peers[2], "0 still there");
    tell(peers[0], "memory %d", 1024 * 1024 * KIB);
    leave((int[]){peers[0], peers[2]}, 2);
    stop();
}
END_TEST

/* After an invalid frame libwebsockets sends the close frame itself; nothing may follow it. */
START_TEST(nothing_follows_a_close_frame)
{
    int peers[3];
    start();
    join(peers, 3);
    tell(peers[0], "all before");
    expect(peers[1], "0 before");
    peer_send(peers[1], FINAL | TEXT | 0x40, "a", 1);
    ck_assert(peer_read_message(peers[1], &frame));
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
 * Members that leave
 */

static void reset_connection(int peer)
{
    struct linger reset = {.l_onoff = 1};
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(peer);
}

static int member_count(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (memory_is_shadowed())
        return 100;
    return limit.rlim_cur > 1100 ? 1000 : (int)limit.rlim_cur - 100;
}

START_TEST(a_thousand_leave_during_broadcasts)
{
    int count = member_count(), *leaving = calloc((size_t)count, sizeof(*leaving));
    int peers[2], messages = 0;
    start();
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
        snprintf(text, sizeof(text), "%d %d", i, i);
        expect(peers[1], text);
    }
    while (open_descriptors(server.pid) > before)
        poll(NULL, 0, 10);
    leave(peers, 2);
    free(leaving);
    stop();
}
END_TEST

START_TEST(a_member_leaves_with_messages_pending)
{
    int peers[2];
    start();
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
        ck_assert(peer_read_message(peers[1], &frame));
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
    return run_suite("04_slow_members",
        (struct test_group[]){
            {"slow", (const TTest *const[]){a_slow_member_misses_nothing,
                         only_the_member_that_never_reads_is_dropped,
                         many_members_that_never_read_are_dropped,
                         the_members_of_one_address_are_dropped,
                         out_of_memory_closes_one_connection, nothing_follows_a_close_frame, NULL}},
            {"leaving", (const TTest *const[]){a_thousand_leave_during_broadcasts,
                            a_member_leaves_with_messages_pending, NULL}},
            {NULL, NULL}});
}
