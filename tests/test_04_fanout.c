/* Messages to a room: their bytes, and their order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "support_runtime.h"
#include "websocket_members.h"
#include "websocket_stage.h"

static struct frame frame;

/* The server's clock is paused: it sends no pings, however long the test takes. */
static void start(void)
{
    start_own_with("", "paused");
}

/*
 * The bytes
 */

static void expect_bytes(int peer, const char *bytes, size_t size)
{
    static char received[256];
    ck_assert_uint_le(size, sizeof(received));
    ck_assert_int_eq(recv(peer, received, size, MSG_WAITALL), size);
    ck_assert_mem_eq(received, bytes, size);
}

static void expect_xs(int peer, const char *head, size_t size, size_t count)
{
    static char received[65536];
    expect_bytes(peer, head, size);
    ck_assert_uint_le(count, sizeof(received));
    ck_assert_int_eq(recv(peer, received, count, MSG_WAITALL), count);
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(received[i], 'x');
}

START_TEST(the_bytes_on_the_wire)
{
    int peers[2];
    start();
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
    ck_assert_int_eq(recv(peers[1], &(char){0}, 1, 0), 0); /* a close frame is answered once */
    leave(peers, 2);
    stop();
}
END_TEST

/*
 * The order
 */

#define TALKERS 12
#define COMMANDS 300 /* of each member */

struct schedule {
    int peers[TALKERS];
    int expected[TALKERS]; /* messages to each */
};

/* Picks a random command for the member. */
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

/* Random members send bursts of random lengths. */
static void talk(struct schedule *schedule)
{
    int left[TALKERS], members = TALKERS;
    for (int i = 0; i < TALKERS; i++)
        left[i] = COMMANDS;
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

/* The server numbers the messages, and each member receives its own in that order. */
static void expect_in_order(int peer, int count)
{
    long last = -1;
    for (int i = 0; i < count; i++) {
        ck_assert(peer_read_message(peer, &frame));
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
        expect_in_order(schedule.peers[i], schedule.expected[i]);
    leave(schedule.peers, TALKERS);
}

START_TEST(one_order_for_all)
{
    start();
    for (unsigned seed = 1; seed <= 10; seed++)
        random_schedule(seed);
    stop();
}
END_TEST

START_TEST(receives_what_is_sent_while_in_the_room)
{
    int peers[2];
    start();
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

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "serve") == 0)
        return run_server(*argv[2] ? argv[2] : NULL, strcmp(argv[3], "paused") == 0);
    return run_suite(
        "04_fanout", (struct test_group[]){
                         {"order", (const TTest *const[]){the_bytes_on_the_wire, one_order_for_all,
                                       receives_what_is_sent_while_in_the_room, NULL}},
                         {NULL, NULL}});
}
