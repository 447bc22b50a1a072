/* Serving many connections (listener_serve). */
#include "support_stream.h"

#include <string.h>
#include <unistd.h>

#define MAX_GUESTS 200

/* A server of lines, in a task, and what happened to its connections. */
struct house {
    struct listener listener;
    int port, made, lost, active;
    int losses[MAX_GUESTS]; /* how often connection_lost was called for each */
    int errors[MAX_GUESTS]; /* with this error */
    struct scope scope;
    struct attempt serving;
};

struct guest {
    struct house *house;
    struct stream *stream;
    int number;
};

static void guest_made(void *object, struct stream *stream, void *house)
{
    struct guest *self = object;
    *self = (struct guest){.house = house, .stream = stream};
    self->number = self->house->made++;
    self->house->active++;
}

static int guest_manage(void *object)
{
    struct guest *self = object;
    char *line;
    ssize_t size;
    while ((size = stream_read_line(self->stream, &line)) > 0) {
        if (strcmp(line, "falha\n") == 0)
            return UV_EIO;
        stream_write(self->stream, line, (size_t)size);
        int error = stream_drain(self->stream);
        if (error)
            return error;
    }
    return (int)size;
}

static void guest_lost(void *object, int error)
{
    const struct guest *self = object;
    self->house->lost++;
    self->house->active--;
    self->house->losses[self->number]++;
    self->house->errors[self->number] = error;
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

static void open_house(struct house *house)
{
    *house = (struct house){0};
    house->port = open_at_any_port(&house->listener);
    scope_enter(&house->scope);
    attempt_begin(&house->serving, &house->scope, serve, house);
}

/* Cancels the server, and checks that every connection has ended. */
static void close_house(struct house *house)
{
    task_cancel(house->serving.task);
    ck_assert_int_eq(scope_join(&house->scope), 0);
    ck_assert_int_eq(house->serving.result, UV_ECANCELED);
    scope_leave(&house->scope, 0);
    listener_close(&house->listener);
    ck_assert_int_eq(house->active, 0);
    ck_assert_int_eq(house->lost, house->made);
    for (int i = 0; i < house->made; i++)
        ck_assert_int_eq(house->losses[i], 1);
}

static void receive_while_others_run(int socket, char *data, size_t size)
{
    for (size_t got = 0; got < size;) {
        ssize_t now = recv(socket, data + got, size - got, MSG_DONTWAIT);
        ck_assert_msg(now > 0 || (now < 0 && errno == EAGAIN), "recv: %zd", now);
        got += now > 0 ? (size_t)now : 0;
        task_yield();
    }
}

static void is_answered(int client)
{
    char answer[4] = "";
    send_text(client, "oi\n");
    receive_while_others_run(client, answer, 3);
    ck_assert_str_eq(answer, "oi\n");
}

TASK_TEST(a_failing_connection_does_not_affect_the_others)
{
    struct house house;
    int clients[4];
    char byte;
    open_house(&house);
    for (int i = 0; i < 4; i++) {
        clients[i] = connect_to(house.port);
        is_answered(clients[i]);
    }
    send_text(clients[0], "falha\n");
    reset(clients[1]);
    YIELD_UNTIL(house.active == 2);
    ck_assert_int_eq(house.errors[0], UV_EIO);
    ck_assert_int_eq(house.errors[1], UV_ECONNRESET);
    ck_assert_int_eq(recv(clients[0], &byte, 1, 0), 0);
    is_answered(clients[2]);
    shutdown(clients[3], SHUT_WR);
    YIELD_UNTIL(house.active == 1);
    ck_assert_int_eq(house.errors[3], 0);
    is_answered(clients[2]);
    ck_assert(!house.serving.done);
    close_house(&house);
    close(clients[0]);
    close(clients[2]);
    close(clients[3]);
}

TASK_TEST(cancelling_closes_every_connection_once)
{
    enum { GUESTS = 30 };
    struct house house;
    int clients[GUESTS];
    char byte;
    open_house(&house);
    for (int i = 0; i < GUESTS; i++)
        clients[i] = connect_to(house.port);
    YIELD_UNTIL(house.active == GUESTS);
    close_house(&house);
    for (int i = 0; i < GUESTS; i++) {
        ck_assert_int_eq(house.errors[i], UV_ECANCELED);
        ck_assert_int_eq(recv(clients[i], &byte, 1, 0), 0);
        close(clients[i]);
    }
}

TASK_TEST(cancelling_at_any_time_closes_everything)
{
    for (int iterations = 0; iterations < 10; iterations++) {
        struct house house;
        int clients[3], before = open_descriptors(0);
        open_house(&house);
        for (int i = 0; i < 3; i++)
            clients[i] = connect_to(house.port);
        for (int i = 0; i < iterations; i++)
            task_yield();
        close_house(&house);
        for (int i = 0; i < 3; i++)
            close(clients[i]);
        ck_assert_int_eq(open_descriptors(0), before);
    }
}

/* Ends a client's connection in one of several ways. */
static void leave(int client, unsigned way)
{
    if (way % 3 == 0) {
        reset(client);
        return;
    }
    if (way % 3 == 1)
        send_text(client, "meia");
    close(client);
}

TASK_TEST(two_hundred_clients_in_any_order)
{
    struct house house;
    int clients[MAX_GUESTS], inside = 0, came = 0;
    unsigned random = 1;
    open_house(&house);
    int before = open_descriptors(0);
    while (came < MAX_GUESTS || inside > 0) {
        random = random * 1664525u + 1013904223u;
        unsigned choice = random >> 16;
        if (came < MAX_GUESTS && (inside == 0 || choice % 5 < 3)) {
            clients[inside++] = connect_to(house.port);
            came++;
        } else {
            int chosen = (int)(choice / 5 % (unsigned)inside);
            leave(clients[chosen], choice);
            clients[chosen] = clients[--inside];
        }
        if (choice % 7 == 0 && inside > 0)
            is_answered(clients[choice / 7 % (unsigned)inside]);
    }
    YIELD_UNTIL(house.made == MAX_GUESTS && house.active == 0);
    ck_assert_int_eq(open_descriptors(0), before);
    close_house(&house);
}

int main(void)
{
    return run_suite("listener_serve",
        (struct test_group[]){
            {"serve", (const TTest *const[]){a_failing_connection_does_not_affect_the_others,
                          cancelling_closes_every_connection_once,
                          cancelling_at_any_time_closes_everything,
                          two_hundred_clients_in_any_order, NULL}},
            {NULL, NULL}});
}
