#include "exercise.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "tests/support.h"

#define ITERATIONS 20
#define MESSAGES 16 /* in each iteration */
#define MANY 500    /* in one iteration */
#define SIZE 8      /* bytes of one */

static struct room room;
static int ends[MEMBERS]; /* the members' own */
static uint64_t taken;    /* ns */

static void open_room(void)
{
    for (int i = 0; i < MEMBERS; i++) {
        int pair[2];
        ck_assert_int_eq(
            uv_socketpair(SOCK_STREAM, 0, pair, UV_NONBLOCK_PIPE, UV_NONBLOCK_PIPE), 0);
        room.sockets[i] = pair[0];
        ends[i] = pair[1];
    }
}

static void close_room(void)
{
    for (int i = 0; i < MEMBERS; i++) {
        close(room.sockets[i]);
        close(ends[i]);
    }
    buffer_free(&room.log);
}

static void send_in_one_iteration(int iteration, int messages)
{
    char text[32];
    uint64_t began = uv_hrtime();
    for (int i = 0; i < messages; i++) {
        snprintf(text, sizeof(text), "%03d:%03d;", iteration % 1000, i % 1000);
        int error = room_send(&room, text, SIZE);
        ck_assert_msg(error == 0,
            "of %d messages in one iteration, room_send returned %s for number %d", messages,
            uv_err_name(error), i + 1);
    }
    int error = room_end_iteration(&room);
    ck_assert_msg(error == 0, "room_end_iteration returned %s", uv_err_name(error));
    taken += uv_hrtime() - began;
}

/* Every member has that iteration's messages, in order, and nothing else. */
static void all_have_received(int iteration, int messages)
{
    char expected[MANY * SIZE + 1] = "", received[sizeof(expected)] = "";
    for (int i = 0; i < messages; i++)
        snprintf(expected + strlen(expected), sizeof(expected) - strlen(expected), "%03d:%03d;",
            iteration, i);
    for (int i = 0; i < MEMBERS; i++) {
        ssize_t size = recv(ends[i], received, sizeof(received) - 1, 0);
        received[size > 0 ? size : 0] = '\0';
        ck_assert_msg(strcmp(received, expected) == 0,
            "member %d has received \"%s\" at the end of the iteration, not \"%s\"", i, received,
            expected);
    }
}

START_TEST(every_message_reaches_every_member)
{
    open_room();
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
        send_in_one_iteration(iteration, MESSAGES);
        all_have_received(iteration, MESSAGES);
    }
    close_room();
}
END_TEST

START_TEST(a_send_a_member_and_iteration)
{
    open_room();
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
        send_in_one_iteration(iteration, MESSAGES);
        all_have_received(iteration, MESSAGES);
    }
    fprintf(stderr, "%d messages to %d members, %d times: %zu sends, %.1f us each time\n", MESSAGES,
        MEMBERS, ITERATIONS, room.sends, (double)taken / 1e3 / ITERATIONS);
    close_room();
    ck_assert_msg(room.sends == ITERATIONS * MEMBERS,
        "%zu calls of send() for %d members in %d iterations", room.sends, MEMBERS, ITERATIONS);
}
END_TEST

START_TEST(an_iteration_in_which_nothing_was_said)
{
    open_room();
    send_in_one_iteration(0, 0);
    ck_assert_msg(room.sends == 0, "%zu sends of nothing", room.sends);
    send_in_one_iteration(1, 1);
    all_have_received(1, 1);
    send_in_one_iteration(2, 0);
    ck_assert_msg(room.sends == MEMBERS,
        "one message, %d members, an iteration without a message, and %zu sends", MEMBERS,
        room.sends);
    close_room();
}
END_TEST

START_TEST(many_messages_in_one_iteration)
{
    open_room();
    send_in_one_iteration(0, MANY);
    all_have_received(0, MANY);
    close_room();
    ck_assert_msg(room.sends == MEMBERS,
        "%zu calls of send() for %d members and %d messages in one iteration", room.sends, MEMBERS,
        MANY);
}
END_TEST

START_TEST(another_room)
{
    static struct room other;
    open_room();
    memcpy(other.sockets, room.sockets, sizeof(other.sockets));
    ck_assert_int_eq(room_send(&room, "hello", 5), 0);
    ck_assert_int_eq(room_end_iteration(&other), 0);
    ck_assert_msg(other.sends == 0, "what was said in one room was sent in another room");
    ck_assert_int_eq(room_end_iteration(&room), 0);
    close_room();
}
END_TEST

int main(void)
{
    return run_suite("4.6",
        (struct test_group[]){
            {"room", (const TTest *const[]){every_message_reaches_every_member,
                         a_send_a_member_and_iteration, an_iteration_in_which_nothing_was_said,
                         many_messages_in_one_iteration, another_room, NULL}},
            {NULL, NULL},
        });
}
