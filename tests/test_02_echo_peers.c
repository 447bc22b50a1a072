/* Chapter 2's echo server, run as a program, with many peers: more than it has descriptors, and
 * 20,000 that connect and leave. */
// Linux only.
#include "support.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support_runtime.h"

static const char program[] = "02-coroutines-echo/echo-server";

static int start(struct child *server)
{
    child_start(server, program, (const char *[]){"--port", "0", "--quiet", NULL}, NULL);
    return child_port(server);
}

static void end(struct child *server)
{
    child_signal(server, SIGTERM);
    ck_assert_int_eq(child_wait(server), 0);
}

static int occurrences_in_errors(struct child *server, const char *text)
{
    char *errors = child_errors(server);
    int count = 0;
    for (const char *at = errors; (at = strstr(at, text)); at++)
        count++;
    free(errors);
    return count;
}

/*
 * Clients
 */

static void say(int client, const char *text)
{
    ck_assert_int_eq(send(client, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Receives a whole line. Returns false at the end of the stream. */
static bool hears_a_line(int client)
{
    char byte = '\0';
    ssize_t size;
    while (byte != '\n' && (size = recv(client, &byte, 1, 0)) > 0)
        ;
    return byte == '\n';
}

static void is_answered(int client)
{
    say(client, "oi\n");
    ck_assert(hears_a_line(client));
}

/*
 * Out of descriptors
 */

static void limit_descriptors(pid_t pid, int limit)
{
    struct rlimit limits;
    ck_assert_int_eq(prlimit(pid, RLIMIT_NOFILE, NULL, &limits), 0);
    limits.rlim_cur = (rlim_t)limit;
    ck_assert_int_eq(prlimit(pid, RLIMIT_NOFILE, &limits, NULL), 0);
}

static int lowest_free_descriptor(pid_t pid)
{
    char path[64], target[2];
    int number = -1;
    do
        snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, ++number);
    while (readlink(path, target, sizeof(target)) >= 0);
    return number;
}

/* CPU time of the process in milliseconds. */
static double worked(pid_t pid)
{
    clockid_t clock;
    struct timespec time;
    ck_assert_int_eq(clock_getcpuclockid(pid, &clock), 0);
    ck_assert_int_eq(clock_gettime(clock, &time), 0);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* The connected peers are served meanwhile. */
START_TEST(without_descriptors_it_waits_and_goes_on)
{
    enum { INSIDE = 3, WAITING = 2, WINDOW = 300 /* milliseconds */ };
    struct child server;
    int inside[INSIDE], waiting[WAITING], port = start(&server);
    for (int i = 0; i < INSIDE; i++) {
        inside[i] = connect_to(port);
        is_answered(inside[i]);
    }
    limit_descriptors(server.pid, lowest_free_descriptor(server.pid));
    for (int i = 0; i < WAITING; i++) {
        waiting[i] = connect_to(port);
        say(waiting[i], "oi\n");
    }
    while (!occurrences_in_errors(&server, "sem recursos para aceitar uma conexão"))
        is_answered(inside[0]);

    double before = worked(server.pid);
    struct pollfd neither[WAITING] = {{waiting[0], POLLIN, 0}, {waiting[1], POLLIN, 0}};
    ck_assert_int_eq(poll(neither, WAITING, WINDOW), 0);
    ck_assert_double_lt(
        worked(server.pid) - before, WINDOW / 3.0); /* a busy loop would use all of it */

    for (int i = 0; i < WAITING; i++) {
        for (int k = i; k < INSIDE; k++)
            is_answered(inside[k]);
        close(inside[i]);
        ck_assert(hears_a_line(waiting[i])); /* accepted in the order in which they connected */
    }
    is_answered(inside[INSIDE - 1]);
    for (int i = 0; i < WAITING; i++) {
        is_answered(waiting[i]);
        close(waiting[i]);
    }
    close(inside[INSIDE - 1]);
    end(&server);
}
END_TEST

/*
 * Many that connect and leave
 */

#define AT_ONCE 300

struct crowd {
    int port, inside;
    int clients[AT_ONCE];
    unsigned random;
};

static unsigned pick(struct crowd *crowd, unsigned choices)
{
    crowd->random = crowd->random * 1664525u + 1013904223u;
    return (crowd->random >> 16) % choices;
}

static void close_with_reset(int client)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    ck_assert_int_eq(setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
    close(client);
}

static void leave(struct crowd *crowd, int client)
{
    switch (pick(crowd, 6)) {
    case 0:
        close_with_reset(client);
        return;
    case 1:
        say(client, "um\ndois\nmei");
        shutdown(client, SHUT_WR);
        for (int i = 0; i < 3; i++) /* the half line counts */
            ck_assert(hears_a_line(client));
        ck_assert(!hears_a_line(client));
        break;
    case 2:
        say(client, "sair\n");
        ck_assert(hears_a_line(client));
        ck_assert(!hears_a_line(client));
        break;
    case 3:
        say(client, "mei");
        break;
    case 4:
        say(client, "um\ndois\n"); /* never reads the answers */
        break;
    case 5:
        break;
    }
    close(client);
}

/* That many connect. In the end the remaining ones leave too. */
static void come_and_go(struct crowd *crowd, int most)
{
    for (int came = 0; came < most || crowd->inside > 0;) {
        if (came < most && crowd->inside < AT_ONCE && pick(crowd, 5) < 3) {
            crowd->clients[crowd->inside++] = connect_to(crowd->port);
            came++;
        } else if (crowd->inside > 0) {
            unsigned chosen = pick(crowd, (unsigned)crowd->inside);
            leave(crowd, crowd->clients[chosen]);
            crowd->clients[chosen] = crowd->clients[--crowd->inside];
        }
        if (crowd->inside > 0 && pick(crowd, 4) == 0)
            is_answered(crowd->clients[pick(crowd, (unsigned)crowd->inside)]);
    }
}

static void wait_for_descriptors(const struct child *server, int port, int expected)
{
    int steady = connect_to(port); /* its answers set the pace */
    do
        is_answered(steady);
    while (open_descriptors(server->pid) != expected + 1);
    close(steady);
    while (open_descriptors(server->pid) != expected)
        ;
}

/* The number of tasks in the tree that the server prints, without the task that serves. */
static int count_connections(struct child *server)
{
    child_signal(server, SIGUSR1);
    while (!occurrences_in_errors(server, "serve: accept"))
        ;
    return occurrences_in_errors(server, "connection: ");
}

static long resident_kilobytes(pid_t pid)
{
    char path[64], line[128];
    long size = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *status = fopen(path, "re");
    ck_assert_ptr_nonnull(status);
    while (fgets(line, sizeof(line), status) && sscanf(line, "VmRSS: %ld kB", &size) != 1)
        ;
    fclose(status);
    return size;
}

START_TEST(of_20000_that_came_and_went_nothing_is_left)
{
    const int tolerance = 256; /* kilobytes: 13 bytes for each peer */
    const int many = memory_is_shadowed() ? 2000 : 20000;
    struct child server;
    struct crowd crowd = {.port = start(&server), .random = 1};
    int before = open_descriptors(server.pid);
    come_and_go(&crowd, many / 10);
    wait_for_descriptors(&server, crowd.port, before);
    long resident = resident_kilobytes(server.pid);
    come_and_go(&crowd, many);
    wait_for_descriptors(&server, crowd.port, before);
    ck_assert_int_eq(count_connections(&server), 0);
    if (!memory_is_shadowed())
        ck_assert_int_le(resident_kilobytes(server.pid), resident + tolerance);
    end(&server);
}
END_TEST

int main(void)
{
    return run_suite("02_echo_peers",
        (struct test_group[]){
            {"too many", (const TTest *const[]){without_descriptors_it_waits_and_goes_on,
                             of_20000_that_came_and_went_nothing_is_left, NULL}},
            {NULL, NULL}});
}
