/* When what is said to many leaves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/websocket/pace.h"
#include "websocket_members.h"
#include "websocket_stage.h"

static struct frame frame;

static void paced(const char *delay)
{
    setenv("DELAY", delay, 1);
    start_own_with("", "paused");
}

/*
 * When it leaves. The server's clock stands still
 */

#define MEMBERS 10 /* enough to be worth a delay */

START_TEST(is_held_for_the_delay_at_the_most)
{
    int peers[MEMBERS];
    paced("10000");
    join(peers, MEMBERS);
    tell(peers[0], "all one"); /* nothing was said before: it leaves at once */
    expect(peers[1], "0 one");
    tell(peers[0], "all two");
    tell(peers[0], "all three");
    settled(peers[0]);
    hears_nothing(peers[1]);
    tell(peers[0], "time 9.998");
    settled(peers[0]);
    hears_nothing(peers[1]);
    tell(peers[0], "time 0.001");
    expect(peers[1], "1 two");
    expect(peers[1], "2 three");
    leave(peers, MEMBERS);
    stop();
}
END_TEST

START_TEST(what_is_private_does_not_wait)
{
    int peers[MEMBERS];
    paced("10000");
    join(peers, MEMBERS);
    tell(peers[0], "all one");
    expect(peers[1], "0 one");
    tell(peers[0], "all held");
    tell(peers[0], "one 1 private"); /* and what was said before it does not either */
    expect(peers[1], "1 held");
    expect(peers[1], "2 private");
    tell(peers[0], "all later");
    settled(peers[0]);
    hears_nothing(peers[1]);
    tell(peers[0], "time 10");
    expect(peers[1], "3 later");
    leave(peers, MEMBERS);
    stop();
}
END_TEST

START_TEST(who_comes_or_goes_hears_its_part_of_what_is_held)
{
    int peers[MEMBERS];
    paced("10000");
    join(peers, MEMBERS);
    int guest = join_at("hall", 77);
    tell(peers[0], "all one");
    expect(peers[1], "0 one");
    tell(peers[0], "all before");
    settled(peers[0]);
    tell(peers[0], "enter 77");
    tell(peers[0], "all while");
    tell(peers[0], "leave 77");
    tell(peers[0], "all after");
    ck_assert(peer_read(guest, &frame));
    ck_assert_ptr_nonnull(strstr(frame.data, " while"));
    settled(peers[0]);
    hears_nothing(guest);
    tell(peers[0], "end 1");
    ck_assert_int_eq(peer_ending(peers[1], NULL), 1000);
    leave(peers + 2, MEMBERS - 2);
    leave((int[]){peers[0], guest}, 2);
    stop();
}
END_TEST

START_TEST(much_does_not_wait)
{
    int peers[MEMBERS];
    paced("10000");
    join(peers, MEMBERS);
    tell(peers[0], "all one");
    expect(peers[1], "0 one");
    tell(peers[0], "many 40 %d", 16 * 1024); /* 256 KB are the limit */
    for (int i = 0; i < 30; i++)
        ck_assert(peer_read(peers[1], &frame));
    leave(peers, MEMBERS);
    stop();
}
END_TEST

START_TEST(nothing_is_held_without_a_delay)
{
    int peers[MEMBERS];
    char text[16];
    paced("0");
    join(peers, MEMBERS);
    for (int i = 0; i < 50; i++) {
        tell(peers[0], "all again");
        snprintf(text, sizeof text, "%d again", i);
        expect(peers[1], text);
    }
    leave(peers, MEMBERS);
    stop();
}
END_TEST

START_TEST(the_last_one_leaves_with_things_unsaid)
{
    int peers[10];
    paced("10000");
    join(peers, 10);
    for (int i = 0; i < 3; i++) {
        tell(peers[0], "all held");
        settled(peers[0]);
    }
    leave(peers, 10);
    join(peers, 2);
    tell(peers[0], "all new");
    ck_assert(peer_read(peers[1], &frame));
    ck_assert_ptr_nonnull(strstr(frame.data, " new"));
    leave(peers, 2);
    stop();
}
END_TEST

/*
 * The pace
 */

#define MS 1000000ull

/* A message comes, and no other in the next pass. Returns when it leaves; the time moves to it. If
 * it is held, another comes after so many nanoseconds, unless they are 0. */
static bool is_held(struct websocket_pace *pace, uint64_t *now, uint64_t next)
{
    websocket_pace_message(pace, *now);
    enum websocket_leave leave;
    while ((leave = websocket_pace_ask(pace, 100, 2 * MS, *now)) == LEAVE_NEXT_PASS)
        ;
    if (leave == LEAVE_HELD) {
        if (next)
            websocket_pace_message(pace, *now + next);
        ck_assert_int_eq(websocket_pace_ask(pace, 100, 2 * MS, *now + next), LEAVE_HELD);
        *now += MS;
        pace->due = true;
        ck_assert_int_eq(websocket_pace_ask(pace, 100, 2 * MS, *now), LEAVE_NOW);
    }
    websocket_pace_left(pace, *now, *now);
    return leave == LEAVE_HELD;
}

START_TEST(idle_leaves_at_once)
{
    struct websocket_pace pace = {0};
    uint64_t now = MS;
    for (int i = 0; i < 100; i++, now += 9 * MS)
        ck_assert(!is_held(&pace, &now, MS / 2));
}
END_TEST

START_TEST(steady_messages_wait_for_each_other)
{
    struct websocket_pace pace = {0};
    uint64_t now = MS;
    ck_assert(!is_held(&pace, &now, MS / 2));
    for (int i = 0; i < 1000; i++, now += MS)
        ck_assert(is_held(&pace, &now, i % 4 == 0 ? MS / 2 : 0));
}
END_TEST

/* Each waits for the other's answer, which comes at once. */
START_TEST(answers_hardly_ever_wait)
{
    struct websocket_pace pace = {0};
    uint64_t now = MS;
    int held = 0;
    for (int i = 0; i < 10000; i++, now += MS / 50)
        held += is_held(&pace, &now, 0);
    ck_assert_int_gt(held, 10); /* it is tried again */
    ck_assert_int_lt(held, 20);
    now += MS / 50;
    pace.immediate = 0;
    ck_assert(is_held(&pace, &now, MS / 10)); /* too prompt to count */
    ck_assert(!is_held(&pace, &now, 0));
}
END_TEST

START_TEST(few_never_wait_and_nobody_without_a_delay)
{
    struct websocket_pace pace = {0};
    for (uint64_t now = MS; now < 100 * MS; now += MS) {
        websocket_pace_message(&pace, now);
        ck_assert_int_eq(websocket_pace_ask(&pace, 7, 2 * MS, now), LEAVE_NOW);
        websocket_pace_left(&pace, now, now);
        websocket_pace_message(&pace, now);
        ck_assert_int_eq(websocket_pace_ask(&pace, 100, 0, now), LEAVE_NOW);
        websocket_pace_left(&pace, now, now);
    }
}
END_TEST

START_TEST(what_has_come_already_is_waited_for)
{
    struct websocket_pace pace = {0};
    int passes = 0;
    do
        websocket_pace_message(&pace, MS);
    while (passes++ < 100 && websocket_pace_ask(&pace, 8, 2 * MS, MS) == LEAVE_NEXT_PASS);
    ck_assert_int_gt(passes, 4);
    ck_assert_int_lt(passes, 20);
}
END_TEST

START_TEST(a_long_write_is_worth_a_wait)
{
    struct websocket_pace pace = {0};
    uint64_t now = MS;
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(is_held(&pace, &now, 0), i > 0);
        pace.took = 5 * MS;
    }
}
END_TEST

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "serve") == 0)
        return run_server(*argv[2] ? argv[2] : NULL, strcmp(argv[3], "paused") == 0);
    const TTest *const delay[] = {is_held_for_the_delay_at_the_most, what_is_private_does_not_wait,
        who_comes_or_goes_hears_its_part_of_what_is_held, much_does_not_wait,
        nothing_is_held_without_a_delay, the_last_one_leaves_with_things_unsaid, NULL};
    const TTest *const pace[] = {idle_leaves_at_once, steady_messages_wait_for_each_other,
        answers_hardly_ever_wait, few_never_wait_and_nobody_without_a_delay,
        what_has_come_already_is_waited_for, a_long_write_is_worth_a_wait, NULL};
    return run_suite(
        "04_pace", (struct test_group[]){{"delay", delay}, {"pace", pace}, {NULL, NULL}});
}
