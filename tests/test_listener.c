/* Listening, and accepting, also without free descriptors. */
#include "support_stream.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

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
    snprintf(port, sizeof(port), "%d", open_at_any_port(&listener));
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
    int number = open_at_any_port(&listener);
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
    ck_assert_int_eq(listener_open(&listener, "127.0.0.1", "no port"), UV_EAI_NONAME);
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
    int port = open_at_any_port(&listener);
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
    int port = open_at_any_port(&listener);
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
    open_at_any_port(&listener);
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
    int clients[KNOCKING], iterations = 0, port = open_at_any_port(&listener);
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
        port = open_at_any_port(&listener); /* three, because Valgrind loses one at each failure */
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
            {NULL, NULL}});
}
