#include "exercise.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "tests/support.h"

/* Has heard the numbers from first to next - 1; takes no more than limit. */
struct client {
    int first, next, limit;
};

static int hear(void *argument, const char *text)
{
    struct client *client = argument;
    int number;
    if (client->limit == 0)
        return UV_EPIPE;
    client->limit--;
    ck_assert_msg(sscanf(text, "message %d", &number) == 1,
        "heard \"%s\", which nobody said: whose memory was it?", text);
    if (client->next == 0)
        client->first = client->next = number;
    ck_assert_msg(
        number == client->next, "message %d came where %d should have", number, client->next);
    client->next++;
    return 0;
}

/* Says messages 1 to count; each is gone from its memory right after. */
static void say(struct history *history, int count)
{
    char text[32];
    for (int i = 1; i <= count; i++) {
        snprintf(text, sizeof(text), "message %d", i);
        ck_assert_int_eq(history_add(history, text), 0);
        memset(text, '?', sizeof(text) - 1);
    }
}

static void expect(int said, int first)
{
    struct history history = {0};
    struct client client = {.limit = 1000};
    say(&history, said);
    ck_assert_int_eq(history_replay(&history, hear, &client), 0);
    ck_assert_msg(said == 0 || client.next > 0,
        "of %d messages, the one who came heard nothing: look for EXERCISE in exercise.c", said);
    ck_assert_msg(client.first == first && client.next == (said ? said + 1 : 0),
        "of %d messages, the one who came heard %d to %d, not %d to %d", said, client.first,
        client.next - 1, first, said);
    history_free(&history);
}

START_TEST(what_was_said)
{
    expect(3, 1);
    expect(1, 1);
    expect(0, 0);
}
END_TEST

START_TEST(no_more_than_ten)
{
    expect(10, 1);
    expect(11, 2);
    expect(25, 16);
    expect(40, 31);
}
END_TEST

START_TEST(who_leaves_meanwhile)
{
    struct history history = {0};
    struct client client = {.limit = 2};
    say(&history, 5);
    ck_assert_int_eq(history_replay(&history, hear, &client), UV_EPIPE);
    ck_assert_int_eq(client.next, 3);
    history_free(&history);
}
END_TEST

int main(void)
{
    return run_suite(
        "the last ten", (struct test_group[]){
                            {"history", (const TTest *const[]){what_was_said, no_more_than_ten,
                                            who_leaves_meanwhile, NULL}},
                            {NULL, NULL},
                        });
}
