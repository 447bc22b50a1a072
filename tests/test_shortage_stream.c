/* Out of memory (support_shortage.h): connections, and those who wait for one. */
// Linux only.
// Not under an emulator.
#include "support_shortage.h"
#include "support_stream.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINES 3
#define LONG_LINE 60000

struct house {
    struct listener listener;
    int error; /* of a connection */
};

struct guest {
    struct house *house;
    struct stream *stream;
};

static void guest_made(void *object, struct stream *stream, void *house)
{
    *(struct guest *)object = (struct guest){house, stream};
}

static int guest_manage(void *object)
{
    const struct guest *self = object;
    char *line;
    ssize_t size;
    while ((size = stream_read_line(self->stream, &line)) > 0) {
        stream_write(self->stream, line, (size_t)size);
        int error = stream_drain(self->stream);
        if (error)
            return error;
    }
    return (int)size;
}

/* The next read tells of the failure. */
static void guest_received(void *object, const char *data, size_t size)
{
    stream_feed(((struct guest *)object)->stream, data, size);
}

static void guest_lost(void *object, int error)
{
    struct house *house = ((struct guest *)object)->house;
    if (!house->error && error != UV_ECANCELED)
        house->error = error;
}

static const struct protocol fed_guests = {.size = sizeof(struct guest),
    .connection_made = guest_made,
    .manage = guest_manage,
    .data_received = guest_received,
    .connection_lost = guest_lost};

static int serve(void *argument)
{
    struct house *house = argument;
    return listener_serve(&house->listener, &fed_guests, house);
}

/* Says a line and hears it again. */
static int is_answered(struct stream *stream, size_t size)
{
    static char said[LONG_LINE];
    char *heard;
    for (size_t i = 0; i < size - 1; i++)
        said[i] = (char)('0' + i % 71);
    said[size - 1] = '\n';
    stream_write(stream, said, size); /* drain tells of the failure */
    ssize_t got = stream_drain(stream);
    if (!got)
        got = stream_read_line(stream, &heard);
    if (got <= 0)
        return got ? (int)got : UV_EOF;
    REQUIRE(got == (ssize_t)size);
    REQUIRE(memcmp(said, heard, size) == 0);
    return 0;
}

static int talk(const char *port)
{
    struct stream stream;
    int error = stream_connect(&stream, "127.0.0.1", port);
    if (error)
        return error;
    for (int i = 0; i < LINES && !error; i++)
        error = is_answered(&stream, i == 1 ? LONG_LINE : 10);
    if (!error)
        error = stream_half_close(&stream);
    char *data;
    if (!error)
        error = (int)stream_read(&stream, &data);
    stream_close(&stream);
    return error;
}

static int visit(struct house *house)
{
    struct scope scope;
    char address[STREAM_ADDRESS_SIZE];
    int error = listener_address(&house->listener, address);
    REQUIRE(error == 0);
    scope_enter(&scope);
    error = scope_spawn(&scope, "serve", serve, house);
    if (!error)
        error = talk(strrchr(address, ':') + 1);
    error = scope_leave(&scope, error);
    return error ? error : house->error;
}

static int open_a_house(void *unused)
{
    (void)unused;
    struct house house = {0};
    int error = listener_open(&house.listener, "127.0.0.1", "0");
    if (error)
        return error;
    error = visit(&house);
    listener_close(&house.listener);
    return error;
}

static int a_house(void)
{
    return run_tasks(open_a_house);
}

START_TEST(streams_survive)
{
    survives(a_house, 2);
}
END_TEST

#define FULL 200 /* descriptors: more than libuv's first table has room for */

/* Only libuv's memory for the loop itself is not refused. The sockets get high numbers. */
static int a_house_in_an_open_loop(void)
{
    uv_loop_t loop;
    bool armed = memory.armed;
    memory.armed = false;
    int error = loop_init(&loop);
    if (error)
        return error;
    int first = dup(0), last = first;
    while (last < FULL)
        last = dup(0);
    memory.armed = armed;
    error = task_run(&loop, "main", open_a_house, NULL);
    for (int i = first; i <= last; i++)
        close(i);
    REQUIRE(loop_close(&loop) == 0);
    return error;
}

START_TEST(the_table_of_descriptors_survives)
{
    replace_allocator(realloc);
    each_may_fail(a_house_in_an_open_loop, 2);
}
END_TEST

static void hears_again(int client)
{
    char heard[4] = "";
    ssize_t size;
    send_text(client, "oi\n");
    YIELD_UNTIL((size = recv(client, heard, 3, MSG_DONTWAIT)) >= 0);
    ck_assert_str_eq(heard, "oi\n");
}

/* Accepts a client while there is no memory: for it alone, or for the pause after it, either. */
static void refuse_a_newcomer(bool for_ever)
{
    struct house house = {0};
    struct scope scope;
    char address[STREAM_ADDRESS_SIZE], byte;
    ck_assert_int_eq(listener_open(&house.listener, "127.0.0.1", "0"), 0);
    listener_address(&house.listener, address);
    int port = atoi(port_of(address)), clients[3];
    scope_enter(&scope);
    scope_spawn(&scope, "serve", serve, &house);
    clients[0] = connect_to(port);
    hears_again(clients[0]);

    clients[1] = connect_to(port);
    memory.refusing = 1;
    memory.asked = 0;
    memory.for_ever = for_ever;
    memory.armed = true;
    while (memory.asked <= (size_t)for_ever)
        task_yield();
    memory.armed = memory.for_ever = false;
    ck_assert_int_eq(recv(clients[1], &byte, 1, 0), 0);
    hears_again(clients[0]);
    clients[2] = connect_to(port);
    advance(0.1); /* the pause that others get for giving memory back */
    hears_again(clients[2]);

    scope_leave(&scope, 0);
    listener_close(&house.listener);
    for (int i = 0; i < 3; i++)
        close(clients[i]);
}

TASK_TEST(without_memory_for_a_newcomer_the_others_stay)
{
    refuse_a_newcomer(false);
}

TASK_TEST(without_memory_for_anything_the_others_stay)
{
    refuse_a_newcomer(true);
}

#define NEWCOMERS 10

/* Each would be dropped at once if the listener yielded instead of pausing. */
TASK_TEST(without_memory_the_listener_pauses)
{
    struct house house = {0};
    struct scope scope;
    char address[STREAM_ADDRESS_SIZE];
    int clients[NEWCOMERS];
    ck_assert_int_eq(listener_open(&house.listener, "127.0.0.1", "0"), 0);
    listener_address(&house.listener, address);
    scope_enter(&scope);
    scope_spawn(&scope, "serve", serve, &house);
    for (int i = 0; i < NEWCOMERS; i++)
        clients[i] = connect_to(atoi(port_of(address)));
    memory.refusing = 1;
    memory.asked = 0;
    memory.for_ever = memory.armed = true;
    uint64_t began = uv_hrtime();
    while (memory.asked == 0)
        task_yield();
    for (int i = 0; i < 10 * NEWCOMERS; i++)
        task_yield();
    size_t asked = memory.asked;
    memory.armed = memory.for_ever = false;
    /* Two for each: its task, and the timer of the pause, which lasts 0.1 s. */
    uint64_t pauses = (uv_hrtime() - began) / 100000000;
    ck_assert_uint_lt(asked, NEWCOMERS + 2 * pauses);
    scope_leave(&scope, 0);
    listener_close(&house.listener);
    for (int i = 0; i < NEWCOMERS; i++)
        close(clients[i]);
}

int main(void)
{
    return run_suite("shortage_stream",
        (struct test_group[]){
            {"memory", (const TTest *const[]){streams_survive, the_table_of_descriptors_survives,
                           without_memory_for_a_newcomer_the_others_stay,
                           without_memory_for_anything_the_others_stay,
                           without_memory_the_listener_pauses, NULL}},
            {NULL, NULL}});
}
