/* Which messages to a room leave together. */
// links: 04-chat-server/websocket.c 04-chat-server/websocket_connection.c
// links: 04-chat-server/websocket_server.c 04-chat-server/websocket_context.c
// links: 04-chat-server/websocket_http.c 04-chat-server/websocket_queue.c
// links: 04-chat-server/websocket_door.c 04-chat-server/websocket_origin.c
// links: 04-chat-server/websocket_pulse.c
// links: 04-chat-server/websocket_write.c 04-chat-server/websocket_room.c
// links: tests/websocket_peer.c tests/websocket_stage.c
// links: tests/websocket_stage_room.c tests/websocket_members.c -lwebsockets
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "websocket_members.h"
#include "websocket_stage.h"

#define MEMBERS 16 /* the batch waits for two passes in a row that bring nothing */
#define SIZE 5     /* bytes of the frame of "0 a", with which all messages here agree */

static struct frame frame;

/* The server's clock stands still: nothing leaves because time has passed. */
static void start_with_members(int peers[], int count)
{
    start_own_with("", "paused");
    join(peers, count);
}

/* The answer to the command: how many messages to either room have not left yet. */
static void expect_pending(int peer, size_t messages, size_t others)
{
    char text[64];
    snprintf(text, sizeof text, "%zu %zu", messages * SIZE, others * SIZE);
    expect(peer, text);
}

/*
 * When a batch leaves
 */

START_TEST(messages_that_follow_each_other_leave_together)
{
    int peers[MEMBERS];
    start_with_members(peers, MEMBERS);
    tell(peers[0], "all a;pass 2;all b;pass 2;all c;pending");
    expect_pending(peers[0], 3, 0);
    expect(peers[1], "0 a");
    expect(peers[1], "1 b");
    expect(peers[1], "2 c");
    leave(peers, MEMBERS);
    stop();
}
END_TEST

START_TEST(a_lone_message_waits_for_no_clock)
{
    int peers[MEMBERS];
    start_with_members(peers, MEMBERS);
    tell(peers[0], "all a");
    expect(peers[1], "0 a");
    tell(peers[0], "all b;pass 2;pending;pass 1;pending");
    expect_pending(peers[0], 1, 0);
    expect_pending(peers[0], 0, 0);
    expect(peers[1], "1 b");
    leave(peers, MEMBERS);
    stop();
}
END_TEST

START_TEST(a_steady_stream_leaves_after_two_milliseconds)
{
    int peers[MEMBERS];
    start_with_members(peers, MEMBERS);
    tell(peers[0], "all a;time 0.001;pass 1;all b;pass 1;all c;pending;"
                   "time 0.001;pass 1;all d;pending");
    expect_pending(peers[0], 3, 0);
    expect_pending(peers[0], 1, 0);
    for (int i = 0; i < 4; i++)
        expect(peers[1], (const char *[]){"0 a", "1 b", "2 c", "3 d"}[i]);
    leave(peers, MEMBERS);
    stop();
}
END_TEST

START_TEST(to_a_few_members_each_message_leaves_at_once)
{
    int peers[7];
    start_with_members(peers, 7);
    tell(peers[0], "all a;pass 1;pending;all b;pass 1;pending");
    expect_pending(peers[0], 0, 0);
    expect_pending(peers[0], 0, 0);
    expect(peers[1], "0 a");
    expect(peers[1], "1 b");
    leave(peers, 7);
    stop();
}
END_TEST

START_TEST(a_room_does_not_wait_while_another_is_busy)
{
    int peers[MEMBERS], others[MEMBERS];
    start_with_members(peers, MEMBERS);
    for (int i = 0; i < MEMBERS; i++)
        others[i] = join_at("other", MEMBERS + i);
    tell(peers[0], "all a;other b;pass 1;all c;pass 1;all d;pass 1;all e;pending");
    expect_pending(peers[0], 4, 0);
    expect(others[0], "1 b");
    expect(peers[1], "0 a");
    leave(peers, MEMBERS);
    leave(others, MEMBERS);
    stop();
}
END_TEST

START_TEST(a_full_batch_leaves)
{
    int peers[MEMBERS];
    start_with_members(peers, MEMBERS);
    tell(peers[0], "many 40 %d;pending", 16 * 1024); /* 256 KB are the limit */
    ck_assert(peer_read(peers[0], &frame));
    ck_assert_int_gt(atol(frame.data), 0);
    ck_assert_int_le(atol(frame.data), 256 * 1024);
    for (int i = 0; i < 40; i++) {
        ck_assert(peer_read(peers[1], &frame));
        ck_assert_uint_eq(frame.size, 16 * 1024);
    }
    leave(peers, MEMBERS);
    stop();
}
END_TEST

/*
 * Who hears what, while it is pending
 */

START_TEST(a_private_message_comes_after_what_is_pending)
{
    int peers[MEMBERS];
    start_with_members(peers, MEMBERS);
    tell(peers[0], "all a;pass 1;one 1 b;all c;pass 1;pending");
    expect_pending(peers[0], 2, 0);
    expect(peers[1], "0 a");
    expect(peers[1], "1 b");
    expect(peers[1], "2 c");
    expect(peers[2], "0 a");
    expect(peers[2], "2 c");
    leave(peers, MEMBERS);
    stop();
}
END_TEST

START_TEST(who_comes_or_goes_hears_its_part_of_what_is_pending)
{
    int peers[MEMBERS];
    start_with_members(peers, MEMBERS);
    int guest = join_at("hall", 77);
    tell(peers[0], "all a;enter 77;all b;pass 1;leave 77;all c;pending");
    expect_pending(peers[0], 3, 0);
    expect(guest, "1 b");
    tell(peers[0], "all d;one 77 e");
    expect(guest, "4 e");
    leave(peers, MEMBERS);
    leave(&guest, 1);
    stop();
}
END_TEST

START_TEST(who_is_disconnected_hears_what_is_pending_first)
{
    int peers[MEMBERS];
    start_with_members(peers, MEMBERS);
    tell(peers[0], "all a;end 1;pending");
    expect_pending(peers[0], 1, 0);
    expect(peers[1], "0 a");
    ck_assert_int_eq(peer_ending(peers[1], NULL), 1000);
    leave(peers, 1);
    leave(peers + 2, MEMBERS - 2);
    stop();
}
END_TEST

START_TEST(the_last_ones_leave_while_something_is_pending)
{
    int peers[MEMBERS];
    char commands[256] = "all a", *end = commands + strlen(commands);
    start_with_members(peers, MEMBERS);
    for (int i = 0; i < MEMBERS; i++)
        end += sprintf(end, ";leave %d", i);
    tell(peers[0], "%s;pending;enter 0;enter 1;all b", commands);
    expect_pending(peers[0], 0, 0);
    expect(peers[1], "0 a");
    expect(peers[1], "1 b");
    expect(peers[2], "0 a");
    tell(peers[0], "one 2 c");
    expect(peers[2], "2 c");
    leave(peers, MEMBERS);
    stop();
}
END_TEST

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "serve") == 0)
        return run_server(*argv[2] ? argv[2] : NULL, strcmp(argv[3], "paused") == 0);
    const TTest *const when[] = {messages_that_follow_each_other_leave_together,
        a_lone_message_waits_for_no_clock, a_steady_stream_leaves_after_two_milliseconds,
        to_a_few_members_each_message_leaves_at_once, a_room_does_not_wait_while_another_is_busy,
        a_full_batch_leaves, NULL};
    const TTest *const who[] = {a_private_message_comes_after_what_is_pending,
        who_comes_or_goes_hears_its_part_of_what_is_pending,
        who_is_disconnected_hears_what_is_pending_first,
        the_last_ones_leave_while_something_is_pending, NULL};
    return run_suite(
        "04_batching", (struct test_group[]){{"when", when}, {"who", who}, {NULL, NULL}});
}
