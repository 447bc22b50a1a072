/* Bad peers: each does to a server the worst it can, while others are served and lose nothing. */
#include "support_stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * A server that says each line again, and knows the most that ever waited to be sent
 */

struct house {
    struct listener listener;
    int port, active, lost, last_error;
    size_t most_pending;
    struct stream *last_made;
    struct scope scope;
};

struct guest {
    struct house *house;
    struct stream *stream;
};

static void guest_made(void *object, struct stream *stream, void *house)
{
    struct guest *self = object;
    *self = (struct guest){house, stream};
    self->house->active++;
    self->house->last_made = stream;
}

static int guest_manage(void *object)
{
    const struct guest *self = object;
    char *line;
    ssize_t size;
    while ((size = stream_read_line(self->stream, &line)) > 0) {
        stream_write(self->stream, line, (size_t)size);
        size_t pending = buffer_size(&self->stream->output);
        if (self->house->most_pending < pending)
            self->house->most_pending = pending;
        int error = stream_drain(self->stream);
        if (error)
            return error;
    }
    return (int)size;
}

static void guest_lost(void *object, int error)
{
    struct house *house = ((struct guest *)object)->house;
    house->active--;
    house->last_made = NULL;
    house->lost++;
    house->last_error = error;
}

static int serve(void *argument)
{
    static const struct protocol guests = {.size = sizeof(struct guest),
        .connection_made = guest_made,
        .manage = guest_manage,
        .connection_lost = guest_lost};
    struct house *house = argument;
    return listener_serve(&house->listener, &guests, house);
}

/*
 * Who is served meanwhile: a client that says line after line and hears each again
 */

struct witness {
    struct house *house;
    int heard;
};

static int bear_witness(void *argument)
{
    struct witness *self = argument;
    struct stream stream;
    char port[PORT_SIZE], said[32], *heard;
    snprintf(port, sizeof(port), "%d", self->house->port);
    ck_assert_int_eq(stream_connect(&stream, "127.0.0.1", port), 0);
    for (ssize_t size = 1; size > 0;) {
        snprintf(said, sizeof(said), "linha %d\n", self->heard + 1);
        ck_assert_int_eq(stream_write_text(&stream, said), 0);
        size = stream_read_line(&stream, &heard);
        ck_assert(size > 0 ? strcmp(said, heard) == 0 : size == UV_ECANCELED);
        self->heard += size > 0;
    }
    stream_close(&stream);
    return 0;
}

/* Lets the witness hear so many lines more. */
static void goes_on(const struct witness *witness, int lines)
{
    int before = witness->heard;
    YIELD_UNTIL(witness->heard >= before + lines);
}

/* The system is to keep little: what a connection takes from a listening socket too. */
static void limit_room(int socket)
{
    int size = 16 * 1024;
    ck_assert_int_eq(setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), 0);
    ck_assert_int_eq(setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
}

static void open_house(struct house *house, struct witness *witness)
{
    char address[STREAM_ADDRESS_SIZE];
    *house = (struct house){0};
    *witness = (struct witness){.house = house};
    ck_assert_int_eq(listener_open(&house->listener, "127.0.0.1", "0"), 0);
    limit_room(house->listener.socket);
    listener_address(&house->listener, address);
    house->port = atoi(port_of(address));
    scope_enter(&house->scope);
    scope_spawn(&house->scope, "serve", serve, house);
    scope_spawn(&house->scope, "witness", bear_witness, witness);
    goes_on(witness, 1);
}

/* Only the witness is left inside. */
static void close_house(struct house *house, const struct witness *witness)
{
    goes_on(witness, 10);
    ck_assert_int_eq(house->active, 1);
    ck_assert_int_eq(scope_leave(&house->scope, 0), 0);
    ck_assert_int_eq(house->active, 0);
    listener_close(&house->listener);
}

/*
 * The peers
 */

/* What can be heard now, at most room bytes; checks that they are the text's from the place on. */
static size_t hear(int client, const char *text, size_t room)
{
    char heard[4096];
    ssize_t size = recv(client, heard, room < sizeof(heard) ? room : sizeof(heard), MSG_DONTWAIT);
    if (size < 0) {
        ck_assert_int_eq(errno, EAGAIN);
        return 0;
    }
    ck_assert_mem_eq(heard, text, (size_t)size);
    return (size_t)size;
}

static bool hears_the_end(int client)
{
    char byte;
    ssize_t size = recv(client, &byte, 1, MSG_DONTWAIT);
    ck_assert_int_le(size, 0);
    return size == 0;
}

TASK_TEST(one_byte_a_second_is_a_line_in_the_end)
{
    static const char line[] = "devagar\n";
    struct house house;
    struct witness witness;
    open_house(&house, &witness);
    int client = connect_to(house.port);
    for (size_t i = 0; i < sizeof(line) - 1; i++) {
        ck_assert_uint_eq(hear(client, "", 1), 0);
        send_all(client, line + i, 1);
        advance(1.0);
        goes_on(&witness, 2);
    }
    size_t heard = 0;
    YIELD_UNTIL(
        (heard += hear(client, line + heard, sizeof(line) - 1 - heard)) == sizeof(line) - 1);
    close(client);
    YIELD_UNTIL(house.lost == 1);
    close_house(&house, &witness);
}

#define FLOOD ((size_t)1024 * 1024) /* more than all buffers on the way hold */
#define LINE 997

/* Lines, no two of them alike. */
static char *flood(void)
{
    char *lines = pattern(FLOOD);
    for (size_t i = 0; i < FLOOD; i++)
        if (i % LINE == LINE - 1)
            lines[i] = '\n';
        else if (lines[i] == '\n')
            lines[i] = ' ';
    return lines;
}

/* Sends until the server makes it wait, whoever else runs. Returns how much it was. */
static size_t send_without_reading(int client, const char *lines, const struct witness *witness)
{
    struct task_wait *const *server_waits = &witness->house->last_made->writer;
    size_t sent = 0;
    ssize_t size;
    do {
        size = send(client, lines + sent, FLOOD - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += size > 0 ? (size_t)size : 0;
        ck_assert_uint_lt(sent, FLOOD);
        goes_on(witness, 5);
    } while (size > 0 || !*server_waits);
    return sent;
}

/* Comes in, with room for little. */
static int visit(struct house *house)
{
    const struct stream *before = house->last_made;
    int client = connect_to(house->port);
    limit_room(client);
    YIELD_UNTIL(house->last_made != before);
    return client;
}

TASK_TEST(one_that_never_reads_has_to_wait_and_loses_nothing)
{
    struct house house;
    struct witness witness;
    char *lines = flood();
    open_house(&house, &witness);
    int client = visit(&house);
    size_t sent = send_without_reading(client, lines, &witness), heard = 0;
    ck_assert_uint_gt(house.most_pending, STREAM_HIGH_WATER);
    ck_assert_uint_le(house.most_pending, STREAM_HIGH_WATER + LINE);
    advance(3600);
    ck_assert_int_eq(house.lost, 0); /* it is not the server's to say how long */

    while (lines[sent - 1] != '\n') /* half a line is not answered */
        sent--;
    while (heard < sent) { /* now it reads */
        heard += hear(client, lines + heard, sent - heard);
        ck_assert_int_eq(task_yield(), 0);
    }
    goes_on(&witness, 5);
    reset(client);
    YIELD_UNTIL(house.lost == 1);
    free(lines);
    close_house(&house, &witness);
}

TASK_TEST(one_that_never_reads_may_leave)
{
    struct house house;
    struct witness witness;
    char *lines = flood();
    open_house(&house, &witness);
    for (int i = 1; i <= 2; i++) {
        int client = visit(&house);
        send_without_reading(client, lines, &witness);
        if (i == 1)
            reset(client);
        else
            close(client); /* with much unread: a reset too */
        YIELD_UNTIL(house.lost == i);
        ck_assert_int_eq(house.last_error, UV_ECONNRESET);
    }
    free(lines);
    close_house(&house, &witness);
}

TASK_TEST(one_that_half_closes_hears_all_its_answers)
{
    struct house house;
    struct witness witness;
    char *lines = flood();
    open_house(&house, &witness);
    int client = visit(&house);
    size_t sent = send_without_reading(client, lines, &witness), heard = 0;
    ck_assert_int_eq(shutdown(client, SHUT_WR), 0);
    while (heard < sent) { /* the last line may be half a one */
        heard += hear(client, lines + heard, sent - heard);
        ck_assert_int_eq(task_yield(), 0);
    }
    YIELD_UNTIL(hears_the_end(client));
    YIELD_UNTIL(house.lost == 1);
    ck_assert_int_eq(house.last_error, 0);
    close(client);
    free(lines);
    close_house(&house, &witness);
}

/* In every state that a connection has: before it is accepted, before and after it has said
 * something, in the middle of a line, with an answer that it has not read. */
TASK_TEST(a_reset_at_any_time_is_that_connections_own_end)
{
    static const char *const sayings[] = {"", "mei", "um\n", "um\ndois\nmei"};
    struct house house;
    struct witness witness;
    open_house(&house, &witness);
    for (size_t i = 0; i < sizeof(sayings) / sizeof(*sayings); i++)
        for (int passes = 0; passes < 8; passes++) {
            int client = connect_to(house.port);
            for (int pass = 0; pass < passes; pass++)
                task_yield();
            send_text(client, sayings[i]);
            for (int pass = 0; pass < passes; pass++)
                task_yield();
            reset(client);
            goes_on(&witness, 2);
        }
    YIELD_UNTIL(house.active == 1);
    close_house(&house, &witness);
}

TASK_TEST(a_line_without_end_ends_its_connection)
{
    static const char text[STREAM_LINE_LIMIT] = "";
    struct house house;
    struct witness witness;
    open_house(&house, &witness);
    int client = connect_to(house.port);
    send_all(client, text, sizeof(text));
    goes_on(&witness, 5);
    ck_assert_int_eq(house.lost, 0);
    send_all(client, text, 1);
    YIELD_UNTIL(house.lost == 1);
    ck_assert_int_eq(house.last_error, UV_EMSGSIZE);
    close(client);
    close_house(&house, &witness);
}

int main(void)
{
    return run_suite("peers",
        (struct test_group[]){
            {"peers",
                (const TTest *const[]){one_byte_a_second_is_a_line_in_the_end,
                    one_that_never_reads_has_to_wait_and_loses_nothing,
                    one_that_never_reads_may_leave, one_that_half_closes_hears_all_its_answers,
                    a_reset_at_any_time_is_that_connections_own_end,
                    a_line_without_end_ends_its_connection, NULL}},
            {NULL, NULL}});
}
