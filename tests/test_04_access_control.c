/* Access control: which sockets and which handshakes the server accepts. */
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "04-chat-server/websocket/private.h"
#include "websocket_peer.h"
#include "websocket_stage.h"

/*
 * The handshake
 */

/* Returns the HTTP status that answers a handshake with these headers added. */
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

/* The same for a page of that origin that connects to that host. */
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

START_TEST(upgrades_only_get_requests_for_websocket)
{
    static const char *const requests[] = {
        "POST /echo HTTP/1.1\r\nUpgrade: websocket\r\n" UPGRADE "\r\n",
        "HEAD /echo HTTP/1.1\r\nUpgrade: websocket\r\n" UPGRADE "\r\n",
        "GET /echo HTTP/1.1\r\nUpgrade: another\r\n" UPGRADE "\r\n",
        /* libwebsockets frees the headers of a connection's second request before the callback. */
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

START_TEST(accepts_one_version)
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

START_TEST(accepts_its_own_pages)
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
    still_serves(); /* no Origin: a program */
    stop();
}
END_TEST

/* A local server: another site's page could have made its name resolve to this address (DNS
 * rebinding), so the host that it connects to proves nothing. */
START_TEST(a_local_server_refuses_names_that_dns_can_rebind)
{
    static const char *const own[] = {"localhost:8765", "LOCALHOST:8765", "localhost",
        "127.0.0.1:8765", "127.200.3.4", "[::1]:8765", "[::1]", "[::ffff:127.0.0.1]:8765"};
    static const char *const others[] = {"chat.example:8765", "localhost.evil.example:8765",
        "127.0.0.1.evil.example", "127.evil.example:8765", "0.0.0.0:8765", "10.0.0.1:8765",
        "[::]:8765", "[::2]:8765", "[::ffff:10.0.0.1]", "[localhost]:8765", "::1", "128.0.0.1",
        "[::1].evil.example:8765", "[::1", "[::1]8765"};
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
    ck_assert_int_eq(status_at("localhost:8765", "null"), 403);
    ck_assert_int_eq(status_of(HOST VERSION_13, NULL), 101); /* no Origin: a program */
    stop();
}
END_TEST

START_TEST(accepts_pages_of_allowed_origins)
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
    setenv("ALLOW_ORIGIN", "null", 1); /* a page from disk, or a frame of any site */
    start_own("");
    ck_assert_int_eq(status_at("localhost:8765", "null"), 101);
    ck_assert_int_eq(status_at("localhost:8765", "http://localhost:8765"), 101);
    ck_assert_int_eq(status_from("http://evil.example"), 403);
    stop();
    setenv("ALLOW_ORIGIN", "*", 1);
    start_own("");
    ck_assert_int_eq(status_from("http://evil.example"), 101);
    stop();
}
END_TEST

/* Also for a client that sends a byte now and then. */
START_TEST(limits_the_time_for_a_request)
{
    setenv("HANDSHAKE", "1", 1);
    start_own("");
    int slow = connect_to(port), silent = connect_to(port);
    struct pollfd ended[2] = {{.fd = slow, .events = POLLIN}, {.fd = silent, .events = POLLIN}};
    static const char request[] = "GET / HTTP/1.1\r\nHost: localhost and much more of it";
    for (size_t i = 0; poll(&ended[0], 1, 100) == 0; i++)
        send(slow, i < sizeof(request) - 1 ? request + i : "x", 1, MSG_NOSIGNAL);
    ck_assert_int_eq(poll(&ended[1], 1, -1), 1);
    close(slow);
    close(silent);
    still_serves();
    stop();
}
END_TEST

/* The server does not wait for the rest of a body. */
START_TEST(refuses_bodies)
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
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
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
 * Limits
 */

START_TEST(limits_the_connections_of_an_address)
{
    char head[4096];
    int peers[3];
    setenv("PER_ADDRESS", "3", 1);
    start_own("");
    int before = open_descriptors(server.pid);
    for (int round = 0; round < 3; round++) {
        peers[0] = connect_to(port); /* counts although it has sent nothing */
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

static bool under_valgrind(void)
{
    const char *valgrind = getenv("VALGRIND");
    return valgrind && *valgrind;
}

#define DESCRIPTORS 96

static void start_chat(void)
{
    child_start(&server, "04-chat-server/chat-server", (const char *[]){"--port", "0", NULL}, NULL);
    port = child_port(&server);
}

/* Connects clients until one is refused, and returns how many; the refused one is the last. */
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

START_TEST(refuses_clients_without_a_descriptor)
{
    struct rlimit limit = {DESCRIPTORS, DESCRIPTORS};
    int peers[DESCRIPTORS];
    char head[4096];
    if (under_valgrind())
        return; /* Valgrind uses descriptors of its own */
    setrlimit(RLIMIT_NOFILE, &limit);
    start_own("");
    int quiet = open_descriptors(server.pid);
    int count = fill(peers, head);
    ck_assert_ptr_nonnull(strstr(head, "\r\nConnection: close\r\n"));
    ck_assert_int_gt(count, DESCRIPTORS / 3);
    close(peers[--count]);
    wait_for_descriptors(quiet + count); /* the refused connection is closed */

    /* Connected clients are still served, and make room when they leave. */
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
    ck_assert_ptr_null(strstr(said + 1, "recusados com 503")); /* once, not for each client */
    free(errors);
    stop();
}
END_TEST

/* A connection within this process: the client's socket, and the one that a server accepts. */
static void open_pair(int *client, int *accepted)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(listening, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(listen(listening, 1), 0);
    ck_assert_int_eq(getsockname(listening, (struct sockaddr *)&address, &size), 0);
    *client = connect_to(ntohs(address.sin_port));
    *accepted = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    ck_assert_int_ge(*accepted, 0);
    close(listening);
}

static void send_and_wait_until_it_arrives(int client, int accepted, size_t size)
{
    char *data = calloc(1, size);
    int arrived = 0;
    ck_assert_int_eq(send(client, data, size, MSG_NOSIGNAL), (ssize_t)size);
    while ((size_t)arrived < size)
        ck_assert_int_eq(ioctl(accepted, FIONREAD, &arrived), 0);
    free(data);
}

/* Refuses a client that has sent that much. The client gets the answer; returns what its socket
 * reports then: 0, or an error if the server left some of it unread. */
static int error_after_refusal(size_t size)
{
    struct websocket_access access = {.max_descriptor = -1};
    int client, accepted, error;
    char head[4096], rest[4096];
    socklen_t error_size = sizeof(error);
    open_pair(&client, &accepted);
    send_and_wait_until_it_arrives(client, accepted, size);
    websocket_admit(&access, NULL, accepted);
    ck_assert_int_eq(peer_answer(client, head), 503);
    while (recv(client, rest, sizeof(rest), 0) > 0)
        ;
    ck_assert_int_eq(getsockopt(client, SOL_SOCKET, SO_ERROR, &error, &error_size), 0);
    close(client);
    return error;
}

/* A refused client that kept sending would otherwise hold the loop. */
START_TEST(reads_no_more_of_a_refused_client_than_a_request)
{
    ck_assert_int_eq(error_after_refusal(8000), 0);
    ck_assert_int_ne(error_after_refusal(40000), 0);
}
END_TEST

START_TEST(refuses_a_head_request_without_a_body)
{
    struct websocket_access access = {.max_descriptor = -1};
    static const char request[] = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";
    int client, accepted;
    char head[4096], byte;
    open_pair(&client, &accepted);
    ck_assert_int_eq(send(client, request, strlen(request), MSG_NOSIGNAL), strlen(request));
    struct pollfd readable = {.fd = accepted, .events = POLLIN};
    ck_assert_int_eq(poll(&readable, 1, -1), 1);
    websocket_admit(&access, NULL, accepted);
    ck_assert_int_eq(peer_answer(client, head), 503);
    ck_assert_ptr_nonnull(strstr(head, "\r\nContent-Length: "));
    ck_assert_int_eq(recv(client, &byte, 1, 0), 0);
    close(client);
}
END_TEST

/* Allocations by malloc, as libwebsockets makes them too (--wrap); number failing fails, counted
 * from 1 (0: none). */
static struct {
    size_t count, failing;
} allocations;

void *__real_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    return ++allocations.count == allocations.failing ? NULL : __real_malloc(size);
}

static size_t connections(const struct websocket_server *server)
{
    const struct address *address = LIST_FIRST(&server->access.addresses.all);
    return address ? address->connections : 0;
}

/* A connection that is not admitted is closed. Returns whether an allocation failed. */
static bool admit_without(struct websocket_server *server, size_t failing)
{
    int client, accepted;
    open_pair(&client, &accepted);
    size_t admitted = connections(server);
    allocations.count = 0;
    allocations.failing = failing;
    websocket_admit(&server->access, server->context.vhost, accepted);
    allocations.failing = 0;
    admitted = connections(server) - admitted;
    ck_assert_int_eq(fcntl(accepted, F_GETFD) >= 0, admitted);
    close(client);
    return allocations.count >= failing;
}

static int serve_nothing(struct websocket *socket, void *unused)
{
    (void)socket;
    (void)unused;
    return 0;
}

static int admit_while_memory_is_out(void *unused)
{
    const struct websocket_options options = {
        .host = "127.0.0.1", .port = "0", .serve = serve_nothing, .per_address = 1000};
    struct websocket_server *server;
    size_t failures = 0;
    (void)unused;
    ck_assert_int_eq(websocket_listen(&server, &options), 0);
    admit_without(server, 0); /* so the address is known */
    for (int round = 0; round < 20; round++)
        for (size_t failing = 1; admit_without(server, failing); failing++) {
            failures++;
            task_yield();
        }
    ck_assert_uint_ge(failures, 40);
    uint64_t start = uv_hrtime();
    websocket_server_close(server);
    ck_assert_uint_lt(uv_hrtime() - start, 5000000000);
    return 0;
}

START_TEST(a_connection_that_cannot_be_adopted_is_closed)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    ck_assert_int_eq(task_run(&loop, "test", admit_while_memory_is_out, NULL), 0);
    ck_assert_int_eq(loop_close(&loop), 0);
}
END_TEST

START_TEST(raises_the_limit_of_descriptors)
{
    struct rlimit limit, now;
    getrlimit(RLIMIT_NOFILE, &limit);
    ck_assert_uint_ge(limit.rlim_max, 2048);
    limit.rlim_cur = 64;
    setrlimit(RLIMIT_NOFILE, &limit);
    start_chat();
    ck_assert_int_eq(prlimit(server.pid, RLIMIT_NOFILE, NULL, &now), 0);
    ck_assert_uint_ge(now.rlim_cur, 2048);
    char *errors = child_errors(&server);
    ck_assert_str_eq(errors, "");
    free(errors);
    stop();
}
END_TEST

/* The higher the limit, the longer closing a connection takes. */
START_TEST(lowers_a_limit_that_is_too_high)
{
    struct rlimit limit, now;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max <= 65536)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    start_chat();
    ck_assert_int_eq(prlimit(server.pid, RLIMIT_NOFILE, NULL, &now), 0);
    ck_assert_uint_eq(now.rlim_cur, 65536);
    close(peer_connect(port, "/"));
    stop();
}
END_TEST

/* The limit is the process's, so only a program may change it. */
START_TEST(the_library_leaves_the_limit_alone)
{
    struct rlimit limit, now;
    if (under_valgrind())
        return; /* Valgrind sets the limit */
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 256;
    setrlimit(RLIMIT_NOFILE, &limit);
    start_hello();
    ck_assert_int_eq(prlimit(server.pid, RLIMIT_NOFILE, NULL, &now), 0);
    ck_assert_uint_eq(now.rlim_cur, 256);
    close(peer_connect(port, "/"));
    stop();
}
END_TEST

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "serve") == 0)
        return run_server(*argv[2] ? argv[2] : NULL, strcmp(argv[3], "paused") == 0);
    const TTest *const handshake[] = {upgrades_only_get_requests_for_websocket, accepts_one_version,
        accepts_its_own_pages, a_local_server_refuses_names_that_dns_can_rebind,
        accepts_pages_of_allowed_origins, limits_the_time_for_a_request, refuses_bodies, NULL};
    const TTest *const limits[] = {limits_the_connections_of_an_address,
        refuses_clients_without_a_descriptor, reads_no_more_of_a_refused_client_than_a_request,
        refuses_a_head_request_without_a_body, a_connection_that_cannot_be_adopted_is_closed,
        raises_the_limit_of_descriptors, lowers_a_limit_that_is_too_high,
        the_library_leaves_the_limit_alone, NULL};
    return run_suite("04_access_control",
        (struct test_group[]){{"handshake", handshake}, {"limits", limits}, {NULL, NULL}});
}
