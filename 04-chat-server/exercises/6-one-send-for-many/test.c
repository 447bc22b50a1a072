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
static bool there_is_no_memory, memory_was_asked_for;

/* The linker has the program call these two in place of malloc and realloc. */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    memory_was_asked_for = true;
    return there_is_no_memory ? NULL : __real_malloc(size);
}

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size)
{
    memory_was_asked_for = true;
    return there_is_no_memory ? NULL : __real_realloc(memory, size);
}

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

START_TEST(each_byte_counts)
{
    open_room();
    ck_assert_int_eq(room_send(&room, "a\0b", 3), 0);
    ck_assert_int_eq(room_send(&room, "cde", 2), 0);
    ck_assert_int_eq(room_end_iteration(&room), 0);
    char received[16];
    ssize_t size = recv(ends[0], received, sizeof(received), 0);
    ck_assert_msg(size == 5 && memcmp(received, "a\0bcd", 5) == 0,
        "messages of 3 and of 2 bytes were sent, one of them a NUL, and a member has received %zd "
        "bytes",
        size);
    close_room();
}
END_TEST

START_TEST(there_is_no_memory_for_a_message)
{
    open_room();
    memory_was_asked_for = false;
    there_is_no_memory = true;
    int error = room_send(&room, "hello", 5);
    there_is_no_memory = false;
    ck_assert_msg(error == UV_ENOMEM || !memory_was_asked_for,
        "there was no memory for the message, and room_send returned %s instead of UV_ENOMEM",
        error ? uv_err_name(error) : "0");
    close_room();
}
END_TEST

/* Says the text in an iteration of its own. */
static int say(const char *text, size_t size)
{
    int error = room_send(&room, text, size);
    int at_end = room_end_iteration(&room);
    return error ? error : at_end;
}

START_TEST(a_member_takes_only_a_part)
{
    static const char large[4 << 20];
    open_room();
    int error = say(large, sizeof(large));
    ck_assert_msg(error == UV_ENOBUFS,
        "a socket took a part of the message, and what was returned is %s instead of UV_ENOBUFS",
        error ? uv_err_name(error) : "0");
    close_room();
}
END_TEST

/* The members before the one that has gone have received the first message. */
START_TEST(after_an_error_nothing_is_sent_twice)
{
    char received[16] = "";
    open_room();
    close(ends[MEMBERS / 2]);
    ends[MEMBERS / 2] = -1;
    int error = say("one;", 4);
    ck_assert_msg(error == UV_EPIPE,
        "a member has gone, and room_end_iteration returned %s instead of UV_EPIPE",
        error ? uv_err_name(error) : "0");
    say("two;", 4);
    ssize_t size = recv(ends[0], received, sizeof(received) - 1, 0);
    ck_assert_msg(size == 8 && strcmp(received, "one;two;") == 0,
        "a member had gone in the iteration in which \"one;\" was said, then \"two;\" was said, "
        "and the first member has received \"%s\"",
        received);
    close_room();
}
END_TEST

int main(void)
{
    return run_suite("4.6",
        (struct test_group[]){
            {"room", (const TTest *const[]){every_message_reaches_every_member,
                         a_send_a_member_and_iteration, an_iteration_in_which_nothing_was_said,
                         many_messages_in_one_iteration, another_room, each_byte_counts,
                         there_is_no_memory_for_a_message, a_member_takes_only_a_part,
                         after_an_error_nothing_is_sent_twice, NULL}},
            {NULL, NULL},
        });
}
