/* Peers that misbehave in every way, while the server goes on serving the others. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/stream/state.h"
#include "support_stream.h"

/*
 * An echo server of lines, which notes the largest number of pending bytes
 */

struct house {
    struct listener listener;
    int port, active, lost, last_error;
    size_t max_pending;
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
        if (self->house->max_pending < pending)
            self->house->max_pending = pending;
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
 * The observer: a client that is served meanwhile. It sends a line and waits for its echo, again
 * and again.
 */

struct observer {
    struct house *house;
    int received;
};

static int talk(void *argument)
{
    struct observer *self = argument;
    struct stream stream;
    char port[PORT_SIZE], sent_line[32], *received;
    snprintf(port, sizeof(port), "%d", self->house->port);
    ck_assert_int_eq(stream_connect(&stream, "127.0.0.1", port), 0);
    for (ssize_t size = 1; size > 0;) {
        snprintf(sent_line, sizeof(sent_line), "linha %d\n", self->received + 1);
        ck_assert_int_eq(stream_write_text(&stream, sent_line), 0);
        size = stream_read_line(&stream, &received);
        ck_assert(size > 0 ? strcmp(sent_line, received) == 0 : size == UV_ECANCELED);
        self->received += size > 0;
    }
    stream_close(&stream);
    return 0;
}

/* Waits until the observer has got that many more echoes. */
static void expect_more_echoes(const struct observer *observer, int lines)
{
    int before = observer->received;
    YIELD_UNTIL(observer->received >= before + lines);
}

/* Makes the system's buffers small. Connections inherit that from a listening socket. */
static void shrink_buffers_to_16_kib(int socket)
{
    int size = 16 * 1024;
    ck_assert_int_eq(setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), 0);
    ck_assert_int_eq(setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
}

static void open_house(struct house *house, struct observer *observer)
{
    char address[STREAM_ADDRESS_SIZE];
    *house = (struct house){0};
    *observer = (struct observer){.house = house};
    ck_assert_int_eq(listener_open(&house->listener, "127.0.0.1", "0"), 0);
    shrink_buffers_to_16_kib(house->listener.socket);
    listener_address(&house->listener, address);
    house->port = atoi(port_of(address));
    scope_enter(&house->scope);
    scope_spawn(&house->scope, "serve", serve, house);
    scope_spawn(&house->scope, "observer", talk, observer);
    expect_more_echoes(observer, 1);
}

/* Checks that only the observer is still connected, and stops the server. */
static void close_house(struct house *house, const struct observer *observer)
{
    expect_more_echoes(observer, 10);
    ck_assert_int_eq(house->active, 1);
    ck_assert_int_eq(scope_leave(&house->scope, 0), 0);
    ck_assert_int_eq(house->active, 0);
    listener_close(&house->listener);
}

/*
 * The peers
 */

/* Receives what has arrived, at most room bytes, and checks that the text begins with it. */
static size_t receive_echo(int client, const char *text, size_t room)
{
    char received[4096];
    ssize_t size =
        recv(client, received, room < sizeof(received) ? room : sizeof(received), MSG_DONTWAIT);
    if (size < 0) {
        ck_assert_int_eq(errno, EAGAIN);
        return 0;
    }
    ck_assert_mem_eq(received, text, (size_t)size);
    return (size_t)size;
}

static bool receives_the_end(int client)
{
    char byte;
    ssize_t size = recv(client, &byte, 1, MSG_DONTWAIT);
    ck_assert_int_le(size, 0);
    return size == 0;
}

TASK_TEST(one_byte_a_second_makes_a_line)
{
    static const char line[] = "devagar\n";
    struct house house;
    struct observer observer;
    open_house(&house, &observer);
    int client = connect_to(house.port);
    for (size_t i = 0; i < sizeof(line) - 1; i++) {
        ck_assert_uint_eq(receive_echo(client, "", 1), 0);
        send_all(client, line + i, 1);
        advance(1.0);
        expect_more_echoes(&observer, 2);
    }
    size_t received = 0;
    YIELD_UNTIL((received += receive_echo(client, line + received, sizeof(line) - 1 - received)) ==
                sizeof(line) - 1);
    close(client);
    YIELD_UNTIL(house.lost == 1);
    close_house(&house, &observer);
}

#define FLOOD ((size_t)1024 * 1024) /* more than all buffers on the way */
#define LINE 997

/* Lines that all differ. */
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

/* Sends until the server no longer receives, also while other tasks run. Returns the number of
 * bytes sent. */
static size_t send_without_reading(int client, const char *lines, const struct observer *observer)
{
    const struct stream *server = observer->house->last_made;
    size_t sent = 0;
    ssize_t size;
    do {
        size = send(client, lines + sent, FLOOD - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += size > 0 ? (size_t)size : 0;
        ck_assert_uint_lt(sent, FLOOD);
        expect_more_echoes(observer, 5);
    } while (size > 0 || !stream_drainer(server));
    return sent;
}

/* Connects with a small receive buffer. */
static int visit(struct house *house)
{
    const struct stream *before = house->last_made;
    int client = connect_to(house->port);
    shrink_buffers_to_16_kib(client);
    YIELD_UNTIL(house->last_made != before);
    return client;
}

TASK_TEST(a_peer_that_never_reads_waits_and_loses_nothing)
{
    struct house house;
    struct observer observer;
    char *lines = flood();
    open_house(&house, &observer);
    int client = visit(&house);
    size_t sent = send_without_reading(client, lines, &observer), received = 0;
    ck_assert_uint_gt(house.max_pending, STREAM_HIGH_WATER);
    ck_assert_uint_le(house.max_pending, STREAM_HIGH_WATER + LINE);
    advance(3600);
    ck_assert_int_eq(house.lost, 0); /* the server sets no time limit */

    while (lines[sent - 1] != '\n') /* an unfinished line gets no answer */
        sent--;
    while (received < sent) { /* now the peer reads */
        received += receive_echo(client, lines + received, sent - received);
        ck_assert_int_eq(task_yield(), 0);
    }
    expect_more_echoes(&observer, 5);
    reset(client);
    YIELD_UNTIL(house.lost == 1);
    free(lines);
    close_house(&house, &observer);
}

TASK_TEST(a_peer_that_never_reads_may_leave)
{
    struct house house;
    struct observer observer;
    char *lines = flood();
    open_house(&house, &observer);
    for (int i = 1; i <= 2; i++) {
        int client = visit(&house);
        send_without_reading(client, lines, &observer);
        if (i == 1)
            reset(client);
        else
            close(client); /* with unread bytes, which resets the connection */
        YIELD_UNTIL(house.lost == i);
        ck_assert_int_eq(house.last_error, UV_ECONNRESET);
    }
    free(lines);
    close_house(&house, &observer);
}

TASK_TEST(a_peer_that_half_closes_gets_all_answers)
{
    struct house house;
    struct observer observer;
    char *lines = flood();
    open_house(&house, &observer);
    int client = visit(&house);
    size_t sent = send_without_reading(client, lines, &observer), received = 0;
    ck_assert_int_eq(shutdown(client, SHUT_WR), 0);
    while (received < sent) { /* the last line may be unfinished */
        received += receive_echo(client, lines + received, sent - received);
        ck_assert_int_eq(task_yield(), 0);
    }
    YIELD_UNTIL(receives_the_end(client));
    YIELD_UNTIL(house.lost == 1);
    ck_assert_int_eq(house.last_error, 0);
    close(client);
    free(lines);
    close_house(&house, &observer);
}

/* In every state of a connection: before it is accepted, before and after its first line, in the
 * middle of a line, and with an unread answer. */
TASK_TEST(a_reset_ends_only_its_own_connection)
{
    static const char *const sayings[] = {"", "mei", "um\n", "um\ndois\nmei"};
    struct house house;
    struct observer observer;
    open_house(&house, &observer);
    for (size_t i = 0; i < sizeof(sayings) / sizeof(*sayings); i++)
        for (int iterations = 0; iterations < 8; iterations++) {
            int client = connect_to(house.port);
            for (int iteration = 0; iteration < iterations; iteration++)
                task_yield();
            send_text(client, sayings[i]);
            for (int iteration = 0; iteration < iterations; iteration++)
                task_yield();
            reset(client);
            expect_more_echoes(&observer, 2);
        }
    YIELD_UNTIL(house.active == 1);
    close_house(&house, &observer);
}

TASK_TEST(an_endless_line_ends_its_connection)
{
    static const char text[STREAM_LINE_LIMIT] = "";
    struct house house;
    struct observer observer;
    open_house(&house, &observer);
    int client = connect_to(house.port);
    send_all(client, text, sizeof(text));
    expect_more_echoes(&observer, 5);
    ck_assert_int_eq(house.lost, 0);
    send_all(client, text, 1);
    YIELD_UNTIL(house.lost == 1);
    ck_assert_int_eq(house.last_error, UV_EMSGSIZE);
    close(client);
    close_house(&house, &observer);
}

int main(void)
{
    return run_suite("peers",
        (struct test_group[]){{"peers", (const TTest *const[]){one_byte_a_second_makes_a_line,
                                            a_peer_that_never_reads_waits_and_loses_nothing,
                                            a_peer_that_never_reads_may_leave,
                                            a_peer_that_half_closes_gets_all_answers,
                                            a_reset_ends_only_its_own_connection,
                                            an_endless_line_ends_its_connection, NULL}},
            {NULL, NULL}});
}
