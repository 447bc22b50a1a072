/* Listening, accepting, also without free descriptors, and serving many connections. */
#include "support_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Listens at 127.0.0.1 and returns the port. */
static int open_listener(struct listener *listener)
{
    char address[STREAM_ADDRESS_SIZE];
    ck_assert_int_eq(listener_open(listener, "127.0.0.1", "0"), 0);
    ck_assert_int_eq(listener_address(listener, address), 0);
    ck_assert_int_eq(strncmp(address, "127.0.0.1:", 10), 0);
    return atoi(port_of(address));
}

static int accept_one(void *listener)
{
    return listener_accept(listener);
}

/*
 * Listening
 */

TASK_TEST(a_port_in_use_is_refused)
{
    char port[16];
    struct listener listener, second;
    snprintf(port, sizeof(port), "%d", open_listener(&listener));
    ck_assert_int_eq(listener_open(&second, "127.0.0.1", port), UV_EADDRINUSE);
    listener_close(&second); /* does nothing */
    listener_close(&listener);
    listener_close(&listener);
    ck_assert_int_eq(
        listener_open(&second, "127.0.0.1", port), 0); /* the port is free again at once */
    listener_close(&second);
}

TASK_TEST(a_served_port_is_free_at_once)
{
    char port[16], byte;
    struct listener listener;
    int number = open_listener(&listener);
    int client = connect_to(number);
    close(listener_accept(&listener)); /* the side that closes first stays in TIME_WAIT */
    ck_assert_int_eq(recv(client, &byte, 1, 0), 0);
    close(client);
    listener_close(&listener);
    snprintf(port, sizeof(port), "%d", number);
    ck_assert_int_eq(listener_open(&listener, "127.0.0.1", port), 0);
    listener_close(&listener);
}

TASK_TEST(an_address_of_another_machine_is_refused)
{
    struct listener listener;
    ck_assert_int_eq(listener_open(&listener, "192.0.2.1", "0"), UV_EADDRNOTAVAIL);
    static const char *const no_ports[] = {"no port", "", " 80", "+80", "-1", "80 ", "0x50"};
    for (size_t i = 0; i < sizeof(no_ports) / sizeof(*no_ports); i++)
        ck_assert_int_eq(listener_open(&listener, "127.0.0.1", no_ports[i]), UV_EAI_NONAME);
    listener_close(&listener);
}

/*
 * Accepting
 */

TASK_TEST(connections_are_accepted_before_and_during_the_wait)
{
    struct listener listener;
    struct scope scope;
    struct attempt accepting;
    int port = open_listener(&listener);
    int early = connect_to(port);
    int first = listener_accept(&listener);
    ck_assert_int_ge(first, 0);
    ck_assert_int_ne(fcntl(first, F_GETFL) & O_NONBLOCK, 0);
    ck_assert_int_ne(fcntl(first, F_GETFD) & FD_CLOEXEC, 0);
    scope_enter(&scope);
    attempt_begin(&accepting, &scope, accept_one, &listener);
    wait_until_it_waits(&accepting, "accept");
    int late = connect_to(port);
    YIELD_UNTIL(accepting.done);
    ck_assert_int_ge(accepting.result, 0);
    scope_leave(&scope, 0);
    close(accepting.result);
    close(first);
    close(early);
    close(late);
    listener_close(&listener);
}

TASK_TEST(a_cancelled_accept_accepts_nothing)
{
    struct listener listener;
    struct scope scope;
    struct attempt accepting;
    int port = open_listener(&listener);
    scope_enter(&scope);
    attempt_begin(&accepting, &scope, accept_one, &listener);
    wait_until_it_waits(&accepting, "accept");
    task_cancel(accepting.task);
    ck_assert_int_eq(scope_join(&scope), 0);
    ck_assert_int_eq(accepting.result, UV_ECANCELED);
    scope_leave(&scope, 0);
    int client = connect_to(port);
    YIELD_UNTIL(
        !uv_is_active((uv_handle_t *)&listener.poll)); /* no task accepts, so polling stops */
    int connection = listener_accept(&listener);
    ck_assert_int_ge(connection, 0);
    close(connection);
    close(client);
    listener_close(&listener);
}

static int accept_for_a_second(void *listener)
{
    struct scope scope;
    scope_enter_for(&scope, 1.0);
    return scope_leave(&scope, listener_accept(listener));
}

TASK_TEST(a_deadline_ends_an_accept)
{
    struct listener listener;
    struct scope scope;
    struct attempt accepting;
    open_listener(&listener);
    scope_enter(&scope);
    attempt_begin(&accepting, &scope, accept_for_a_second, &listener);
    wait_until_it_waits(&accepting, "accept");
    advance(1.0);
    ck_assert(accepting.done);
    ck_assert_int_eq(accepting.result, UV_ETIMEDOUT);
    scope_leave(&scope, 0);
    listener_close(&listener);
}

static int count_iterations(void *argument)
{
    int *iterations = argument;
    while (!task_yield())
        ++*iterations;
    return 0;
}

TASK_TEST(many_connections_do_not_hold_the_loop)
{
    enum { KNOCKING = 200 };
    struct listener listener;
    struct scope scope;
    int clients[KNOCKING], iterations = 0, port = open_listener(&listener);
    for (int i = 0; i < KNOCKING; i++)
        clients[i] = connect_to(port);
    scope_enter(&scope);
    scope_spawn(&scope, "iterations", count_iterations, &iterations);
    for (int i = 0; i < KNOCKING; i++)
        close(listener_accept(&listener));
    ck_assert_int_ge(iterations, 2);
    scope_leave(&scope, 0);
    for (int i = 0; i < KNOCKING; i++)
        close(clients[i]);
    listener_close(&listener);
}

/*
 * Without descriptors
 */

static void limit_descriptors(rlim_t limit)
{
    struct rlimit limits;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limits), 0);
    limits.rlim_cur = limit;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limits), 0);
}

/* How often the text occurs in the file. */
static int occurrences(FILE *file, const char *text)
{
    char content[4096] = "";
    int count = 0;
    ck_assert_int_ge(pread(fileno(file), content, sizeof(content) - 1, 0), 0);
    for (const char *at = content; (at = strstr(at, text)); at++)
        count++;
    return count;
}

TASK_TEST(without_descriptors_it_reports_and_waits)
{
    struct listener listener;
    struct scope scope;
    struct attempt accepting;
    struct rlimit before;
    static const char message[] =
        "sem recursos para aceitar uma conexão (arquivos abertos demais; aumente com ulimit -n)";
    int clients[3],
        port = open_listener(&listener); /* three, because Valgrind loses one at each failure */
    for (int i = 0; i < 3; i++)
        clients[i] = connect_to(port);
    FILE *errors = tmpfile();
    int saved = dup(STDERR_FILENO), spare = dup(STDERR_FILENO);
    getrlimit(RLIMIT_NOFILE, &before);
    dup2(fileno(errors), STDERR_FILENO);
    limit_descriptors((rlim_t)spare + 1); /* spare was the lowest free descriptor */

    scope_enter(&scope);
    attempt_begin(&accepting, &scope, accept_one, &listener);
    wait_until_it_waits(&accepting, "sleep");
    ck_assert_int_eq(occurrences(errors, message), 1);
    YIELD_UNTIL(!uv_is_active((uv_handle_t *)&listener.poll)); /* so that the loop does not spin */
    run_ready();
    ck_assert_int_eq(occurrences(errors, message), 1);
    advance(0.1);
    ck_assert(!accepting.done);
    close(spare);
    advance(0.1);
    ck_assert(accepting.done);
    ck_assert_int_eq(accepting.result, spare);
    ck_assert_int_eq(occurrences(errors, message), 1);

    limit_descriptors(before.rlim_cur);
    dup2(saved, STDERR_FILENO);
    scope_leave(&scope, 0);
    close(saved);
    fclose(errors);
    close(accepting.result);
    for (int i = 0; i < 3; i++)
        close(clients[i]);
    listener_close(&listener);
}

/*
 * Serving
 */

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
    house->port = open_listener(&house->listener);
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
    return run_suite("listener",
        (struct test_group[]){{"listen", (const TTest *const[]){a_port_in_use_is_refused,
                                             a_served_port_is_free_at_once,
                                             an_address_of_another_machine_is_refused, NULL}},
            {"accept", (const TTest *const[]){connections_are_accepted_before_and_during_the_wait,
                           a_cancelled_accept_accepts_nothing, a_deadline_ends_an_accept,
                           many_connections_do_not_hold_the_loop, NULL}},
            {"descriptors", (const TTest *const[]){without_descriptors_it_reports_and_waits, NULL}},
            {"serve", (const TTest *const[]){a_failing_connection_does_not_affect_the_others,
                          cancelling_closes_every_connection_once,
                          cancelling_at_any_time_closes_everything,
                          two_hundred_clients_in_any_order, NULL}},
            {NULL, NULL}});
}
