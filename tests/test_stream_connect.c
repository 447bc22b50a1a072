/* Connecting a stream: names with several addresses, unknown names, slow names, refused and
 * cancelled connections. */
#include "support_stream.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Two names for the tests beside those that the C library knows. libuv finds this getaddrinfo
 * before the C library's.
 */

static sem_t slow_began, slow_ends; /* a look-up of slow.example */

static int real_getaddrinfo(
    const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **addresses)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    return real(host, port, hints, addresses);
}

int getaddrinfo(
    const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **addresses)
{
    if (strcmp(host, "slow.example") == 0) {
        sem_post(&slow_began);
        sem_wait(&slow_ends);
        host = "127.0.0.1";
    }
    if (strcmp(host, "several.example") != 0)
        return real_getaddrinfo(host, port, hints, addresses);
    int error = real_getaddrinfo("127.0.0.2", port, hints, addresses);
    return error ? error : real_getaddrinfo("127.0.0.1", port, hints, &(*addresses)->ai_next);
}

static void begin_slow_names(void)
{
    ck_assert_int_eq(setenv("UV_THREADPOOL_SIZE", "1", 1),
        0); /* so that a second look-up has to wait for the first */
    ck_assert_int_eq(sem_init(&slow_began, 0, 0), 0);
    ck_assert_int_eq(sem_init(&slow_ends, 0, 0), 0);
}

/*
 * Attempts to connect
 */

struct connecting {
    const char *host, *port;
    struct stream stream;
};

static int connect_stream(void *argument)
{
    struct connecting *connecting = argument;
    return stream_connect(&connecting->stream, connecting->host, connecting->port);
}

static int connect_for_a_second(void *argument)
{
    struct scope scope;
    scope_enter_for(&scope, 1.0);
    int error = connect_stream(argument);
    return scope_leave(&scope, error);
}

static int error_of(const char *host, const char *port)
{
    struct connecting connecting = {.host = host, .port = port};
    return connect_stream(&connecting);
}

/*
 * Addresses and names
 */

TASK_TEST(both_ends_agree_on_their_addresses)
{
    char port[PORT_SIZE], own[STREAM_ADDRESS_SIZE], peer[STREAM_ADDRESS_SIZE];
    struct stream stream, accepted;
    int listening = listen_somewhere(1, port);
    ck_assert_int_eq(stream_connect(&stream, "127.0.0.1", port), 0);
    stream_open(&accepted, accept(listening, NULL, NULL));
    ck_assert_int_eq(stream_own_address(&stream, own), 0);
    ck_assert_int_eq(stream_peer_address(&accepted, peer), 0);
    ck_assert_str_eq(own, peer);
    ck_assert_int_eq(stream_own_address(&accepted, own), 0);
    ck_assert_int_eq(stream_peer_address(&stream, peer), 0);
    ck_assert_str_eq(own, peer);
    ck_assert_int_eq(strncmp(peer, "127.0.0.1:", 10), 0);
    ck_assert_str_eq(peer + 10, port);
    stream_close(&stream);
    stream_close(&accepted);
    close(listening);
}

TASK_TEST(a_descriptor_has_a_peer_address)
{
    char port[PORT_SIZE], expected[STREAM_ADDRESS_SIZE], peer[STREAM_ADDRESS_SIZE];
    struct stream stream;
    int listening = listen_somewhere(1, port);
    ck_assert_int_eq(stream_connect(&stream, "127.0.0.1", port), 0);
    int accepted = accept(listening, NULL, NULL);
    ck_assert_int_eq(stream_own_address(&stream, expected), 0);
    ck_assert_int_eq(socket_peer_address(accepted, peer), 0);
    ck_assert_str_eq(peer, expected);
    ck_assert_int_eq(socket_peer_address(listening, peer), UV_ENOTCONN);
    ck_assert_str_eq(peer, "?");
    stream_close(&stream);
    close(accepted);
    close(listening);
    ck_assert_int_eq(socket_peer_address(-1, peer), UV_EBADF);
    ck_assert_str_eq(peer, "?");
}

TASK_TEST(ipv6_works_if_the_machine_has_it)
{
    char address[STREAM_ADDRESS_SIZE], peer[STREAM_ADDRESS_SIZE];
    struct listener listener;
    struct stream stream;
    if (listener_open(&listener, "::1", "0") != 0)
        return;
    ck_assert_int_eq(listener_address(&listener, address), 0);
    ck_assert_int_eq(strncmp(address, "[::1]:", 6), 0);
    ck_assert_int_eq(stream_connect(&stream, "::1", port_of(address)), 0);
    ck_assert_int_eq(stream_peer_address(&stream, peer), 0);
    ck_assert_str_eq(peer, address);
    stream_close(&stream);
    listener_close(&listener);
}

TASK_TEST(an_unknown_address_is_a_question_mark)
{
    char address[STREAM_ADDRESS_SIZE];
    struct stream stream;
    int peer = open_with_peer(&stream);
    ck_assert_int_eq(stream_peer_address(&stream, address), UV_EAFNOSUPPORT);
    ck_assert_str_eq(address, "?");
    close(peer);
    stream_close(&stream);
    ck_assert_int_eq(stream_own_address(&stream, address), UV_EBADF);
    ck_assert_str_eq(address, "?");
}

TASK_TEST(the_first_address_that_answers_is_used)
{
    char port[PORT_SIZE], peer[STREAM_ADDRESS_SIZE];
    struct stream stream;
    int listening = listen_somewhere(1, port);
    ck_assert_int_eq(stream_connect(&stream, "several.example", port), 0);
    ck_assert_int_eq(stream_peer_address(&stream, peer), 0);
    ck_assert_int_eq(strncmp(peer, "127.0.0.1:", 10), 0);
    stream_close(&stream);
    close(listening);
}

TASK_TEST(localhost_is_this_machine)
{
    char address[STREAM_ADDRESS_SIZE];
    struct listener listener;
    struct stream stream;
    ck_assert_int_eq(listener_open(&listener, "localhost", "0"), 0);
    ck_assert_int_eq(listener_address(&listener, address), 0);
    ck_assert_int_eq(stream_connect(&stream, "localhost", port_of(address)), 0);
    stream_close(&stream);
    listener_close(&listener);
}

TASK_TEST(a_failed_connection_returns_the_reason)
{
    char port[PORT_SIZE];
    int nobody = listen_nowhere(port);
    ck_assert_int_eq(error_of("127.0.0.1", port), UV_ECONNREFUSED);
    ck_assert_int_eq(error_of("several.example", port), UV_ECONNREFUSED);
    close(nobody);
    ck_assert_int_eq(error_of("127.0.0.1", "no port"), UV_EAI_NONAME);
    int error = error_of("no..name", port); /* malformed, so that no name server is asked */
    ck_assert_msg(error == UV_EAI_NONAME || error == UV_EAI_FAIL, "%s", uv_strerror(error));
}

/*
 * Cancelled connections
 */

/* A listening socket whose backlog is full, so that connecting to it waits. */
static int listen_with_a_full_backlog(char port[PORT_SIZE], int *only)
{
    int listening = listen_somewhere(0, port);
    *only = connect_to(atoi(port));
    return listening;
}

TASK_TEST(a_cancelled_connection_is_closed)
{
    char port[PORT_SIZE];
    struct scope scope;
    struct attempt attempt;
    int only, listening = listen_with_a_full_backlog(port, &only), before = open_descriptors(0);
    struct connecting connecting = {.host = "127.0.0.1", .port = port};
    scope_enter(&scope);
    attempt_begin(&attempt, &scope, connect_stream, &connecting);
    wait_until_it_waits(&attempt, "connect");
    task_cancel(attempt.task);
    ck_assert_int_eq(scope_join(&scope), 0);
    ck_assert_int_eq(attempt.result, UV_ECANCELED);
    scope_leave(&scope, 0);
    ck_assert_int_eq(open_descriptors(0), before);
    close(only);
    close(listening);
}

TASK_TEST(after_a_cancellation_no_other_address_is_tried)
{
    char address[STREAM_ADDRESS_SIZE];
    struct scope scope;
    struct attempt attempt;
    struct listener listener; /* at the name's first address */
    struct stream only;
    ck_assert_int_eq(listener_open(&listener, "127.0.0.2", "0"), 0);
    ck_assert_int_eq(listener_address(&listener, address), 0);
    struct connecting connecting = {.host = "several.example", .port = port_of(address)};
    listen(listener.socket, 0);
    ck_assert_int_eq(stream_connect(&only, "127.0.0.2", connecting.port), 0);
    scope_enter(&scope);
    attempt_begin(&attempt, &scope, connect_stream, &connecting);
    wait_until_it_waits(&attempt, "connect");
    task_cancel(attempt.task);
    ck_assert_int_eq(scope_join(&scope), 0);
    ck_assert_int_eq(attempt.result, UV_ECANCELED);
    scope_leave(&scope, 0);
    stream_close(&only);
    listener_close(&listener);
}

TASK_TEST(a_deadline_ends_a_connection)
{
    char port[PORT_SIZE];
    struct scope scope;
    struct attempt attempt;
    int only, listening = listen_with_a_full_backlog(port, &only);
    struct connecting connecting = {.host = "127.0.0.1", .port = port};
    scope_enter(&scope);
    attempt_begin(&attempt, &scope, connect_for_a_second, &connecting);
    wait_until_it_waits(&attempt, "connect");
    advance(0.999);
    ck_assert(!attempt.done);
    advance(0.001);
    ck_assert(attempt.done);
    ck_assert_int_eq(attempt.result, UV_ETIMEDOUT);
    scope_leave(&scope, 0);
    close(only);
    close(listening);
}

TASK_TEST(a_cancelled_lookup_is_not_waited_for)
{
    char port[PORT_SIZE];
    struct scope scope;
    struct attempt running, queued;
    begin_slow_names();
    int listening = listen_somewhere(1, port);
    struct connecting slow = {.host = "slow.example", .port = port};
    struct connecting other = {.host = "127.0.0.1", .port = port};
    scope_enter(&scope);
    attempt_begin(&running, &scope, connect_stream, &slow);
    YIELD_UNTIL(sem_trywait(&slow_began) == 0);
    attempt_begin(&queued, &scope, connect_stream, &other);
    wait_until_it_waits(&queued, "getaddrinfo");
    task_cancel(queued.task);
    task_cancel(running.task);
    YIELD_UNTIL(queued.done);
    ck_assert_int_eq(queued.result, UV_ECANCELED);
    YIELD_UNTIL(running.done);
    ck_assert_int_eq(running.result, UV_ECANCELED);
    sem_post(&slow_ends); /* libuv writes to the request until then; loop_close waits for it */
    scope_leave(&scope, 0);
    close(listening);
}

TASK_TEST(others_run_while_a_name_is_looked_up)
{
    char port[PORT_SIZE];
    struct scope scope;
    struct attempt attempt;
    begin_slow_names();
    int listening = listen_somewhere(1, port);
    struct connecting slow = {.host = "slow.example", .port = port};
    scope_enter(&scope);
    attempt_begin(&attempt, &scope, connect_stream, &slow);
    YIELD_UNTIL(sem_trywait(&slow_began) == 0);
    run_ready();
    ck_assert(!attempt.done);
    sem_post(&slow_ends);
    YIELD_UNTIL(attempt.done);
    ck_assert_int_eq(attempt.result, 0);
    scope_leave(&scope, 0);
    stream_close(&slow.stream);
    close(listening);
}

int main(void)
{
    return run_suite("stream_connect",
        (struct test_group[]){
            {"address", (const TTest *const[]){both_ends_agree_on_their_addresses,
                            a_descriptor_has_a_peer_address, ipv6_works_if_the_machine_has_it,
                            an_unknown_address_is_a_question_mark, NULL}},
            {"names", (const TTest *const[]){the_first_address_that_answers_is_used,
                          localhost_is_this_machine, a_failed_connection_returns_the_reason, NULL}},
            {"cut short", (const TTest *const[]){a_cancelled_connection_is_closed,
                              after_a_cancellation_no_other_address_is_tried,
                              a_deadline_ends_a_connection, a_cancelled_lookup_is_not_waited_for,
                              others_run_while_a_name_is_looked_up, NULL}},
            {NULL, NULL}});
}
