/* Who may come in: told by the socket, and by the handshake. */
// links: 04-chat-server/websocket.c 04-chat-server/websocket_connection.c
// links: 04-chat-server/websocket_server.c 04-chat-server/websocket_context.c
// links: 04-chat-server/websocket_http.c 04-chat-server/websocket_queue.c
// links: 04-chat-server/websocket_door.c 04-chat-server/websocket_origin.c
// links: 04-chat-server/websocket_pulse.c
// links: 04-chat-server/websocket_write.c 04-chat-server/websocket_room.c
// links: tests/websocket_peer.c tests/websocket_stage.c
// links: tests/websocket_stage_room.c -lwebsockets
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "websocket_peer.h"
#include "websocket_stage.h"

/*
 * The handshake
 */

/* The status of the answer to a handshake with these headers more. */
static int status_of(const char *headers, char head[4096])
{
    char request[2048];
    snprintf(request, sizeof(request),
        "GET /echo HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
        headers);
    int peer = peer_request(port, request);
    int status = peer_answer(peer, head);
    close(peer);
    return status;
}

#define HOST "Host: chat.example:8765\r\n"
#define VERSION_13 "Sec-WebSocket-Version: 13\r\n"

/* Of a page from that origin, to that host. */
static int status_at(const char *host, const char *origin)
{
    char headers[1024];
    snprintf(headers, sizeof(headers), VERSION_13 "Host: %s\r\nOrigin: %s\r\n", host, origin);
    return status_of(headers, NULL);
}

static int status_from(const char *origin)
{
    return status_at("chat.example:8765", origin);
}

#define UPGRADE                                                                                    \
    "Host: chat.example:8765\r\nConnection: Upgrade\r\n" VERSION_13                                \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

START_TEST(upgrades_what_was_got_to_websocket_only)
{
    static const char *const requests[] = {
        "POST /echo HTTP/1.1\r\nUpgrade: websocket\r\n" UPGRADE "\r\n",
        "HEAD /echo HTTP/1.1\r\nUpgrade: websocket\r\n" UPGRADE "\r\n",
        "GET /echo HTTP/1.1\r\nUpgrade: another\r\n" UPGRADE "\r\n",
        /* The second one of a connection, whose headers are freed before the callback. */
        "GET /none HTTP/1.1\r\nHost: chat.example:8765\r\n\r\n"
        "GET /echo HTTP/1.1\r\nUpgrade: another\r\n" UPGRADE "\r\n",
        "CONNECT chat.example:8765 HTTP/1.1\r\n\r\n",
    };
    char data[4096];
    start_own("");
    for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
        int peer = peer_request(port, requests[i]);
        ssize_t size;
        while ((size = recv(peer, data, sizeof(data) - 1, 0)) > 0) {
            data[size] = '\0';
            ck_assert_ptr_null(strstr(data, " 101 "));
        }
        close(peer);
    }
    still_serves();
    stop();
}
END_TEST

START_TEST(speaks_one_version_only)
{
    static const char *const others[] = {
        HOST, HOST "Sec-WebSocket-Version: 8\r\n", HOST "Sec-WebSocket-Version: 131\r\n"};
    char head[4096];
    start_own("");
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        ck_assert_int_eq(status_of(others[i], head), 426);
        ck_assert_ptr_nonnull(strstr(head, "\r\nSec-WebSocket-Version: 13\r\n"));
        ck_assert_ptr_nonnull(strstr(head, "\r\nConnection: close\r\n"));
    }
    ck_assert_int_eq(status_of(HOST VERSION_13, NULL), 101);
    still_serves();
    stop();
}
END_TEST

START_TEST(takes_pages_of_its_own_only)
{
    setenv("HOST", "0.0.0.0", 1);
    start_own("");
    ck_assert_int_eq(status_from("http://chat.example:8765"), 101);
    ck_assert_int_eq(status_from("https://CHAT.example:8765"), 101);
    static const char *const foreign[] = {"http://evil.example", "http://chat.example:8766",
        "http://chat.example", "http://chat.example:8765.evil.example", "null", "chat.example:8765",
        "http://evil.example/http://chat.example:8765"};
    for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
        ck_assert_int_eq(status_from(foreign[i]), 403);
    char long_one[400];
    snprintf(long_one, sizeof(long_one), "http://%0380d", 0);
    ck_assert_int_eq(status_from(long_one), 403);
    still_serves(); /* a program: no Origin */
    stop();
}
END_TEST

/* Where nobody but this computer is to come, a page from elsewhere whose name was turned to this
 * address is not ours, though it connects to where it came from. */
START_TEST(takes_no_page_whose_name_was_turned_to_it)
{
    static const char *const own[] = {"localhost:8765", "LOCALHOST:8765", "localhost",
        "127.0.0.1:8765", "127.200.3.4", "[::1]:8765", "[::1]", "[::ffff:127.0.0.1]:8765"};
    static const char *const others[] = {"chat.example:8765", "localhost.evil.example:8765",
        "127.0.0.1.evil.example", "127.evil.example:8765", "0.0.0.0:8765", "10.0.0.1:8765",
        "[::]:8765", "[::2]:8765", "[::ffff:10.0.0.1]", "[localhost]:8765", "::1", "128.0.0.1"};
    char origin[64];
    start_own("");
    for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) {
        snprintf(origin, sizeof(origin), "http://%s", own[i]);
        ck_assert_int_eq(status_at(own[i], origin), 101);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        snprintf(origin, sizeof(origin), "http://%s", others[i]);
        ck_assert_int_eq(status_at(others[i], origin), 403);
    }
    ck_assert_int_eq(status_at("localhost:8765", "http://127.0.0.1:8765"), 403);
    ck_assert_int_eq(status_of(HOST VERSION_13, NULL), 101); /* a program: no Origin */
    stop();
}
END_TEST

START_TEST(takes_pages_of_the_allowed)
{
    setenv("ALLOW_ORIGIN", "https://a.example, http://b.example:81", 1);
    start_own("");
    ck_assert_int_eq(status_from("https://a.example"), 101);
    ck_assert_int_eq(status_from("http://b.example:81"), 101);
    ck_assert_int_eq(status_at("localhost:8765", "http://localhost:8765"), 101);
    ck_assert_int_eq(status_from("http://a.example"), 403);
    ck_assert_int_eq(status_from("https://a.example.evil.example"), 403);
    ck_assert_int_eq(status_from("https://a.exampl"), 403);
    stop();
    setenv("ALLOW_ORIGIN", "*", 1);
    start_own("");
    ck_assert_int_eq(status_from("http://evil.example"), 101);
    stop();
}
END_TEST

/* A byte now and then keeps nobody waiting for ever. */
START_TEST(cuts_who_takes_too_long)
{
    setenv("HANDSHAKE", "1", 1);
    start_own("");
    int slow = connect_to(port), silent = connect_to(port);
    struct pollfd ended[2] = {{.fd = slow, .events = POLLIN}, {.fd = silent, .events = POLLIN}};
    const char *request = "GET / HTTP/1.1\r\nHost: localhost and much more of it";
    while (poll(&ended[0], 1, 100) == 0 && *request)
        send(slow, request++, 1, MSG_NOSIGNAL);
    ck_assert_int_ne(*request, '\0');
    ck_assert_int_eq(poll(&ended[1], 1, 10000), 1);
    close(slow);
    close(silent);
    still_serves();
    stop();
}
END_TEST

/* Who is in no hurry to send the rest is not waited for. */
START_TEST(takes_no_bodies)
{
    static const struct {
        const char *request;
        int status;
    } cases[] = {
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf", 405},
        {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 405},
        {"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", 405},
        {"OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n", 405},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", 413},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 413},
        {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 413},
        {"HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", 413},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 404},
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 404},
    };
    char head[4096], rest[4096];
    start_own_with("", "paused");
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int peer = peer_request(port, cases[i].request);
        ck_assert_int_eq(peer_answer(peer, head), cases[i].status);
        if (cases[i].status != 404)
            while (recv(peer, rest, sizeof(rest), 0) > 0)
                ; /* to the end of the connection */
        close(peer);
    }
    still_serves();
    stop();
}
END_TEST

/*
 * Numbers
 */

START_TEST(bounds_the_connections_of_an_address)
{
    char head[4096];
    int peers[3];
    setenv("PER_ADDRESS", "3", 1);
    start_own("");
    int before = open_descriptors(server.pid);
    for (int round = 0; round < 3; round++) {
        peers[0] = connect_to(port); /* who has not said anything counts too */
        peers[1] = peer_connect(port, "/echo");
        peers[2] = peer_request(port, "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
        ck_assert_int_eq(peer_answer(peers[2], NULL), 404);
        int refused = peer_request(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        ck_assert_int_eq(peer_answer(refused, head), 429);
        ck_assert_ptr_nonnull(strstr(head, "\r\nConnection: close\r\n"));
        close(refused);
        for (int i = 0; i < 3; i++)
            close(peers[i]);
        wait_for_descriptors(before);
    }
    still_serves();
    stop();
}
END_TEST

#define DESCRIPTORS 96

/* Has as many come in as may; the last of peers, and of the count, is the one that was refused. */
static int fill(int peers[DESCRIPTORS], char head[4096])
{
    int count = 0, status;
    do {
        peers[count] = peer_request(port,
            "GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" VERSION_13 "\r\n");
        status = peer_answer(peers[count++], head);
    } while (status == 101);
    ck_assert_int_eq(status, 503);
    return count;
}

START_TEST(refuses_whom_it_has_no_descriptor_for)
{
    struct rlimit limit = {DESCRIPTORS, DESCRIPTORS};
    int peers[DESCRIPTORS];
    char head[4096];
    const char *valgrind = getenv("VALGRIND");
    if (valgrind && *valgrind)
        return; /* which keeps descriptors for itself */
    setrlimit(RLIMIT_NOFILE, &limit);
    start_own("");
    int quiet = open_descriptors(server.pid);
    int count = fill(peers, head);
    ck_assert_ptr_nonnull(strstr(head, "\r\nConnection: close\r\n"));
    ck_assert_int_gt(count, DESCRIPTORS / 3);
    close(peers[--count]);
    wait_for_descriptors(quiet + count); /* the refusal has freed itself */

    /* Those inside go on, and who leaves makes room. */
    static struct frame frame;
    peer_send_text(peers[0], "still there?");
    ck_assert(peer_read(peers[0], &frame));
    ck_assert_str_eq(frame.data, "still there?");
    while (count > 0)
        close(peers[--count]);
    wait_for_descriptors(quiet);
    still_serves();
    wait_for_descriptors(quiet);
    for (count = fill(peers, head); count > 0;)
        close(peers[--count]);

    char *errors = child_errors(&server);
    ck_assert_ptr_nonnull(strstr(errors, "só 96 arquivos podem ficar abertos"));
    const char *said = strstr(errors, "recusados com 503");
    ck_assert_ptr_nonnull(said);
    ck_assert_ptr_null(strstr(said + 1, "recusados com 503")); /* not each time */
    free(errors);
    stop();
}
END_TEST

START_TEST(raises_the_limit_of_descriptors)
{
    struct rlimit limit, now;
    getrlimit(RLIMIT_NOFILE, &limit);
    ck_assert_uint_ge(limit.rlim_max, 2048);
    limit.rlim_cur = 64;
    setrlimit(RLIMIT_NOFILE, &limit);
    start_own("");
    ck_assert_int_eq(prlimit(server.pid, RLIMIT_NOFILE, NULL, &now), 0);
    ck_assert_uint_ge(now.rlim_cur, 2048);
    char *errors = child_errors(&server);
    ck_assert_str_eq(errors, "");
    free(errors);
    stop();
}
END_TEST

/* Closing a connection costs the more the higher it is. */
START_TEST(lowers_a_limit_that_is_too_high)
{
    struct rlimit limit, now;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max <= 65536)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    start_own("");
    ck_assert_int_eq(prlimit(server.pid, RLIMIT_NOFILE, NULL, &now), 0);
    ck_assert_uint_eq(now.rlim_cur, 65536);
    still_serves();
    stop();
}
END_TEST

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "serve") == 0)
        return run_server(*argv[2] ? argv[2] : NULL, strcmp(argv[3], "paused") == 0);
    const TTest *const handshake[] = {upgrades_what_was_got_to_websocket_only,
        speaks_one_version_only, takes_pages_of_its_own_only,
        takes_no_page_whose_name_was_turned_to_it, takes_pages_of_the_allowed,
        cuts_who_takes_too_long, takes_no_bodies, NULL};
    const TTest *const numbers[] = {bounds_the_connections_of_an_address,
        refuses_whom_it_has_no_descriptor_for, raises_the_limit_of_descriptors,
        lowers_a_limit_that_is_too_high, NULL};
    return run_suite("04_door",
        (struct test_group[]){{"handshake", handshake}, {"numbers", numbers}, {NULL, NULL}});
}
