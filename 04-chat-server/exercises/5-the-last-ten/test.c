/* Says messages, and lets a client come. The linker has this file see each malloc and free. */
// With Valgrind too.
#include "exercise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "tests/support.h"

#define LARGE 100000

/*
 * The memory that history_add has asked for
 */

static bool in_history_add, no_memory;
static long pieces;

static void *counted(void *memory)
{
    pieces += in_history_add && memory;
    return memory;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
void __real_free(void *memory);

void *__wrap_malloc(size_t size)
{
    return in_history_add && no_memory ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return in_history_add && no_memory ? NULL : counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *memory, size_t size)
{
    if (in_history_add && no_memory)
        return NULL;
    void *moved = __real_realloc(memory, size);
    return memory ? moved : counted(moved);
}

char *__wrap_strdup(const char *text)
{
    return in_history_add && no_memory ? NULL : counted(__real_strdup(text));
}

char *__wrap_strndup(const char *text, size_t size)
{
    return in_history_add && no_memory ? NULL : counted(__real_strndup(text, size));
}

void __wrap_free(void *memory)
{
    pieces -= in_history_add && memory;
    __real_free(memory);
}

/*
 * A client that comes
 */

/* Has heard the numbers from first to next - 1; takes no more than limit. */
struct client {
    int first, next, limit;
    int calls; /* of send */
};

static int hear(void *argument, const char *text, size_t size)
{
    struct client *client = argument;
    int number;
    char heard[32] = "";
    client->calls++;
    if (client->limit == 0)
        return UV_EPIPE;
    client->limit--;
    memcpy(heard, text, size < sizeof(heard) ? size : sizeof(heard) - 1);
    ck_assert_msg(sscanf(heard, "message %d", &number) == 1,
        "heard \"%s\", which nobody said: whose memory was it?", heard);
    if (client->next == 0)
        client->first = client->next = number;
    ck_assert_msg(
        number == client->next, "message %d came where %d should have", number, client->next);
    client->next++;
    return 0;
}

static int add(struct history *history, const char *text, size_t size)
{
    in_history_add = true;
    int error = history_add(history, text, size);
    in_history_add = false;
    return error;
}

/* Says messages 1 to count; each is gone from its memory right after. */
static void say(struct history *history, int count)
{
    char text[32];
    for (int i = 1; i <= count; i++) {
        int size = snprintf(text, sizeof(text), "message %d", i);
        ck_assert_int_eq(add(history, text, (size_t)size), 0);
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
        "of %d messages, the new client heard nothing: look for EXERCISE in exercise.c", said);
    ck_assert_msg(client.first == first && client.next == (said ? said + 1 : 0),
        "of %d messages, the new client heard %d to %d, not %d to %d", said, client.first,
        client.next - 1, first, said);
    ck_assert_msg(
        pieces <= HISTORY, "after %d messages, %ld pieces of memory are not freed", said, pieces);
    history_free(&history);
    pieces = 0;
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
    expect(300, 291); /* more than a byte can count */
}
END_TEST

START_TEST(a_second_client_hears_the_same)
{
    struct history history = {0};
    struct client ana = {.limit = 1000}, bia = {.limit = 1000};
    say(&history, 12);
    ck_assert_int_eq(history_replay(&history, hear, &ana), 0);
    ck_assert_int_eq(history_replay(&history, hear, &bia), 0);
    ck_assert_msg(ana.next > 0, "of 12 messages, Ana heard nothing");
    ck_assert_msg(bia.next > 0, "Ana heard the last ten messages; then Bia came and heard nothing");
    ck_assert_msg(bia.first == 3 && bia.next == 13,
        "after Ana has come, Bia comes, and hears %d to %d, not 3 to 12", bia.first, bia.next - 1);
    history_free(&history);
}
END_TEST

START_TEST(who_leaves_meanwhile)
{
    struct history history = {0};
    struct client client = {.limit = 2};
    say(&history, 5);
    int error = history_replay(&history, hear, &client);
    ck_assert_msg(error == UV_EPIPE,
        "the client has gone after two messages: send returned EPIPE, and history_replay %s",
        error ? uv_err_name(error) : "0");
    ck_assert_msg(client.calls == 3,
        "the third send returned EPIPE, because the client has gone, and send was called %d times",
        client.calls);
    history_free(&history);
}
END_TEST

/* What a message has to be, in order; the rest is the client's. */
struct expected {
    const struct message *messages;
    size_t heard;
};

static int compare(void *argument, const char *text, size_t size)
{
    struct expected *expected = argument;
    const struct message *message = &expected->messages[expected->heard++];
    ck_assert_msg(
        size == message->size, "a message of %zu bytes came as one of %zu", message->size, size);
    ck_assert_msg(memcmp(text, message->text, size) == 0,
        "a message of %zu bytes came with other bytes than were said", size);
    return 0;
}

/* A text of WebSocket is as long as its frame says; each of its bytes may be a NUL. */
START_TEST(each_byte_counts)
{
    static char large[LARGE];
    memset(large, 'x', sizeof(large));
    const struct message messages[] = {
        {"a\0b", 3}, {"", 0}, {"\0", 1}, {"end\0", 4}, {large, sizeof(large)}, {"not a text", 3}};
    struct history history = {0};
    struct expected expected = {.messages = messages};
    for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++)
        ck_assert_int_eq(add(&history, messages[i].text, messages[i].size), 0);
    ck_assert_int_eq(history_replay(&history, compare, &expected), 0);
    ck_assert_msg(expected.heard == sizeof(messages) / sizeof(*messages),
        "of %zu messages, %zu were sent: a message may be empty, or contain a NUL",
        sizeof(messages) / sizeof(*messages), expected.heard);
    history_free(&history);
}
END_TEST

START_TEST(no_memory_is_left)
{
    struct history history = {0};
    struct client client = {.limit = 1000};
    say(&history, 11);
    no_memory = true;
    int error = add(&history, "message 12", 10);
    no_memory = false;
    ck_assert_msg(error == UV_ENOMEM, "there was no memory, and history_add returned %s",
        error ? uv_err_name(error) : "0");
    ck_assert_int_eq(history_replay(&history, hear, &client), 0);
    ck_assert_msg(client.first == 2 && client.next == 12,
        "there was no memory for message 12, and a client hears %d to %d, not 2 to 11",
        client.first, client.next - 1);
    history_free(&history);
}
END_TEST

START_TEST(each_room_has_a_history)
{
    struct history histories[2] = {0};
    struct client ana = {.limit = 1000}, bia = {.limit = 1000};
    say(&histories[0], 12);
    say(&histories[1], 2);
    ck_assert_int_eq(history_replay(&histories[0], hear, &ana), 0);
    ck_assert_int_eq(history_replay(&histories[1], hear, &bia), 0);
    ck_assert_msg(ana.first == 3 && ana.next == 13 && bia.first == 1 && bia.next == 3,
        "12 messages were said in a room, 2 in another; the clients heard %d to %d there, not 3 to "
        "12, and %d to %d here, not 1 to 2",
        ana.first, ana.next - 1, bia.first, bia.next - 1);
    history_free(&histories[0]);
    history_free(&histories[1]);
}
END_TEST

START_TEST(a_freed_history_is_empty)
{
    struct history history = {0};
    struct client ana = {.limit = 1000}, bia = {.limit = 1000};
    say(&history, 12);
    history_free(&history);
    ck_assert_msg(history.said == 0, "history_free was called, and the history is not empty");
    ck_assert_int_eq(history_replay(&history, hear, &ana), 0);
    ck_assert_msg(
        ana.calls == 0, "the history was freed, and a client heard %d messages", ana.calls);
    say(&history, 3);
    ck_assert_int_eq(history_replay(&history, hear, &bia), 0);
    ck_assert_msg(bia.first == 1 && bia.next == 4,
        "the history was freed, 3 messages were said, and a client heard %d to %d", bia.first,
        bia.next - 1);
    history_free(&history);
    history_free(&history);
}
END_TEST

int main(void)
{
    return run_suite("4.5",
        (struct test_group[]){
            {"history",
                (const TTest *const[]){what_was_said, no_more_than_ten,
                    a_second_client_hears_the_same, who_leaves_meanwhile, each_byte_counts,
                    no_memory_is_left, each_room_has_a_history, a_freed_history_is_empty, NULL}},
            {NULL, NULL},
        });
}
