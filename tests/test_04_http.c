/* HTTP: which requests the server answers, and how. It serves the chat's page here. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http_peer.h"
#include "websocket_peer.h"
#include "websocket_stage.h"

/*
 * Asking
 */

static void send_text(int peer, const char *text)
{
    ck_assert_int_eq(send(peer, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Reads a response with its body, and checks its status and its length. */
static void expect_response(int peer, int status, size_t size)
{
    char head[4096], byte;
    ck_assert_int_eq(peer_answer(peer, head), status);
    ck_assert_uint_eq(content_length(head), size);
    for (size_t i = 0; i < size; i++)
        ck_assert_int_eq(recv(peer, &byte, 1, 0), 1);
}

static size_t size_of(const char *file)
{
    struct stat status;
    ck_assert_int_eq(stat(file, &status), 0);
    return (size_t)status.st_size;
}

/*
 * Requests
 */

START_TEST(ignores_upgrades_that_are_not_to_websocket)
{
    static const char *const upgrades[] = {"h2c", "TLS/1.0", "websocket2", "h2c, TLS/1.0", "",
        "HTTP/2.0, SHTTP/1.3, IRC/6.9, RTA/x11"};
    char request[512];
    start_own(PAGE);
    for (size_t i = 0; i < sizeof(upgrades) / sizeof(*upgrades); i++) {
        snprintf(request, sizeof(request),
            "GET /chat.js HTTP/1.1\r\n" HOST "Connection: Upgrade, HTTP2-Settings\r\n"
            "Upgrade: %s\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n",
            upgrades[i]);
        int peer = peer_request(port, request);
        expect_response(peer, 200, size_of(PAGE "/chat.js"));
        send_text(peer, "GET /nothing HTTP/1.1\r\n" HOST "\r\n"); /* the connection stays */
        ck_assert_int_eq(peer_answer(peer, NULL), 404);
        close(peer);
    }
    ck_assert_int_eq(http_status("GET / HTTP/1.1\r\n" HOST "Connection: keep-alive, upgrade\r\n"
                                 "Upgrade: h2c, WebSocket\r\n" VERSION KEY "\r\n"),
        101);
    stop();
}
END_TEST

/* Makes a request of that many bytes, most of them in headers of at most twice max_header. */
static char *long_request(const char *method, size_t size, size_t max_header)
{
    static const char name[] = "Cookie: ", newline[] = "\r\n";
    const size_t around = strlen(name) + strlen(newline);
    char *request = malloc(size + 1), *end = stpcpy(request, method);
    end = stpcpy(end, " /chat.js HTTP/1.1\r\n" HOST);
    while (end < request + size - strlen(newline)) {
        size_t left = size - strlen(newline) - (size_t)(end - request);
        size_t value = (left < 2 * max_header ? left : max_header) - around;
        end = stpcpy(end, name);
        memset(end, 'a', value);
        end = stpcpy(end + value, newline);
    }
    strcpy(end, newline);
    ck_assert_uint_eq(strlen(request), size);
    return request;
}

START_TEST(takes_headers_of_16_kb)
{
    static const struct {
        size_t size, max_header;
        int status;
    } cases[] = {{4600, 10000, 200}, {8300, 100, 200}, {16384, 16384, 200}, {16384, 60, 200},
        {16385, 16384, 431}, {16385, 60, 431}, {20000, 20000, 431}, {1000000, 1000000, 431}};
    char head[4096];
    start_own(PAGE);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char *request = long_request("GET", cases[i].size, cases[i].max_header);
        int peer = peer_request(port, request);
        free(request);
        if (cases[i].status == 200) {
            expect_response(peer, 200, size_of(PAGE "/chat.js"));
        } else {
            ck_assert_int_eq(peer_answer(peer, head), cases[i].status);
            ck_assert_uint_eq(read_to_end(peer), content_length(head));
        }
        close(peer);
    }
    char *request = long_request("GET", 16384, 700);
    int peer = connect_to(port);
    for (size_t i = 0; i < 16384; i += 13) /* in parts */
        ck_assert_int_ge(send(peer, request + i, i + 13 < 16384 ? 13 : 16384 - i, MSG_NOSIGNAL), 0);
    free(request);
    expect_response(peer, 200, size_of(PAGE "/chat.js"));
    close(peer);
    stop();
}
END_TEST

/* A socket that is closed with unread input resets the connection, and the reset may overtake the
 * response. */
START_TEST(reads_what_follows_a_refused_request)
{
    static const char *const requests[] = {
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n12345",
        "GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n" ASK "\r\n",
        "GET / HTTP/1.1\r\n" HOST WEBSOCKET VERSION KEY "Origin: http://example.com\r\n\r\n12345",
    };
    char head[4096];
    start_own(PAGE);
    for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
        int peer = peer_request(port, requests[i]);
        struct pollfd reset = {.fd = peer};
        ck_assert_int_ge(peer_answer(peer, head), 400);
        ck_assert_uint_eq(read_to_end(peer), content_length(head));
        ck_assert_int_eq(poll(&reset, 1, 100), 0); /* a reset would come at once, or never */
        close(peer);
    }
    stop();
}
END_TEST

#define REFUSED "POST / HTTP/1.1\r\n" HOST "\r\n"
#define ALL_THAT_LINGER 16
#define OF_AN_ADDRESS 4

/* Sends more requests that are refused than connections may linger, and leaves these open. */
static void refuse_many(int peers[2 * ALL_THAT_LINGER])
{
    for (int i = 0; i < 2 * ALL_THAT_LINGER; i++) {
        peers[i] = peer_request(port, REFUSED);
        ck_assert_int_eq(peer_answer(peers[i], NULL), 405);
    }
}

/* The clock stands still, so that no time limit passes before the test moves it. */
static void test_lingering(const char *per_address, int count)
{
    int peers[2 * ALL_THAT_LINGER];
    setenv("PER_ADDRESS", per_address, 1);
    start_own_with(PAGE, "paused");
    int quiet = open_descriptors(server.pid);
    refuse_many(peers);
    wait_for_descriptors(quiet + count);
    ck_assert_int_eq(open_descriptors(server.pid), quiet + count);
    int later = peer_connect(port, "/later/3");
    wait_for_descriptors(quiet + 1);
    close(later);
    for (int i = 0; i < 2 * ALL_THAT_LINGER; i++) {
        ck_assert_uint_eq(read_to_end(peers[i]), strlen("Só GET e HEAD.\n"));
        close(peers[i]);
    }
    stop();
}

START_TEST(reads_no_more_of_refused_clients_than_is_bounded)
{
    static const char part[64 * 1024];
    int limit = 100 << 20;
    test_lingering("0", ALL_THAT_LINGER);
    test_lingering("100", OF_AN_ADDRESS);
    start_own_with(PAGE, "paused");
    int peer = peer_request(port, REFUSED);
    while (limit > 0 && send(peer, part, sizeof(part), MSG_NOSIGNAL) > 0)
        limit -= (int)sizeof(part);
    ck_assert_int_gt(limit, 0);
    close(peer);
    stop();
}
END_TEST

/* The response would have to say that the connection stays, and that of libwebsockets does not. */
START_TEST(ends_the_connection_of_an_old_client)
{
    char head[4096];
    start_own(PAGE);
    int peer =
        peer_request(port, "GET /chat.js HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" ASK "\r\n");
    ck_assert_int_eq(peer_answer(peer, head), 200);
    ck_assert_uint_eq(read_to_end(peer), size_of(PAGE "/chat.js"));
    close(peer);
    stop();
}
END_TEST

START_TEST(says_that_a_path_is_too_long)
{
    static const size_t sizes[] = {1024, 16000, 17000, 100000};
    char head[4096];
    start_own(PAGE);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        char *request = malloc(sizes[i] + 100);
        sprintf(request, "GET /%0*d HTTP/1.1\r\n" HOST "\r\n", (int)sizes[i] - 1, 0);
        int peer = peer_request(port, request);
        free(request);
        ck_assert_int_eq(peer_answer(peer, head), 414);
        close(peer);
    }
    stop();
}
END_TEST

START_TEST(answers_a_half_closed_connection)
{
    static const char *const requests[] = {"GET /chat.js HTTP/1.0\r\n\r\n",
        "GET /chat.js HTTP/1.1\r\n" HOST "\r\n",
        "GET /chat.js HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"};
    start_own(PAGE);
    for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
        int peer = peer_request(port, requests[i]);
        shutdown(peer, SHUT_WR);
        expect_response(peer, 200, size_of(PAGE "/chat.js"));
        ck_assert_uint_eq(read_to_end(peer), 0);
        close(peer);
    }
    stop();
}
END_TEST

/* A proxy's client sends the whole address. */
START_TEST(takes_whole_addresses)
{
    static const struct expectation cases[] = {
        {"GET http://localhost/chat.js HTTP/1.1\r\n" HOST "\r\n", 200},
        {"GET http://localhost HTTP/1.1\r\n" HOST "\r\n", 200},
        {"GET HTTPS://localhost:1/chat.js?x HTTP/1.1\r\n" HOST "\r\n", 200},
        {"GET http://localhost?x HTTP/1.1\r\n" HOST "\r\n", 200},
        {"GET http://localhost/nothing HTTP/1.1\r\n" HOST "\r\n", 404},
        {"GET http:///chat.js HTTP/1.1\r\n" HOST "\r\n", 400},
        {"GET http://a@localhost/chat.js HTTP/1.1\r\n" HOST "\r\n", 400},
        {"GET ftp://localhost/chat.js HTTP/1.1\r\n" HOST "\r\n", 400},
        {"GET chat.js HTTP/1.1\r\n" HOST "\r\n", 400},
        {"GET * HTTP/1.1\r\n" HOST "\r\n", 400},
    };
    static struct frame frame;
    start_own(PAGE);
    EXPECT_ALL(cases);
    for (int size = 255; size < 16000; size = size == 255 ? 256 : size * 2) {
        char request[16384];
        snprintf(
            request, sizeof(request), "GET http://%0*d/chat.js HTTP/1.1\r\n" HOST "\r\n", size, 0);
        ck_assert_int_eq(http_status(request), size == 255 ? 200 : 400);
    }
    int peer =
        peer_request(port, "GET ws://localhost/who HTTP/1.1\r\n" HOST WEBSOCKET VERSION KEY "\r\n");
    ck_assert_int_eq(peer_answer(peer, NULL), 101);
    ck_assert(peer_read(peer, &frame));
    ck_assert_ptr_nonnull(strstr(frame.data, " 127.0.0.1:"));
    close(peer);
    stop();
}
END_TEST

START_TEST(answers_each_of_several_requests)
{
#define GET(path) "GET " path " HTTP/1.1\r\n" HOST "\r\n"
    start_own(PAGE);
    int peer =
        peer_request(port, GET("/") GET("/chat.css") GET("/nothing") GET("/nix/")
                               GET("/") "HEAD /chat.js HTTP/1.1\r\n" HOST "\r\n" GET("/chat.js"));
    expect_response(peer, 200, size_of(PAGE "/index.html"));
    expect_response(peer, 200, size_of(PAGE "/chat.css"));
    for (int i = 0; i < 2; i++)
        expect_response(peer, 404, strlen("Não há nada neste endereço.\n"));
    expect_response(peer, 200, size_of(PAGE "/index.html"));
    ck_assert_int_eq(peer_answer(peer, NULL), 200); /* a header alone */
    expect_response(peer, 200, size_of(PAGE "/chat.js"));
    close(peer);
    stop();
#undef GET
}
END_TEST

/* The header is the one that GET would get, and nothing follows it. */
START_TEST(heads_have_no_body)
{
    static const struct expectation cases[] = {
        {"HEAD / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 200},
        {"HEAD /chat.js HTTP/1.0\r\n\r\n", 200},
        {"HEAD /nothing HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 404},
        {"HEAD /nothing/ HTTP/1.0\r\n\r\n", 404},
        {"HEAD /../../nothing HTTP/1.0\r\n\r\n", 404},
        {"HEAD /%00 HTTP/1.1\r\n" HOST "\r\n", 400},
        {"HEAD / HTTP/1.1\r\n\r\n", 400},
        {"HEAD / HTTP/1.1\r\n" HOST "Content-Length: 1000\r\n\r\n", 413},
        {"HEAD / HTTP/1.1\r\n" HOST WEBSOCKET VERSION KEY "\r\n", 400},
        {"HEAD / HTTP/3.0\r\n\r\n", 505},
    };
    char head[4096];
    start_own(PAGE);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int peer = peer_request(port, cases[i].request);
        ck_assert_int_eq(peer_answer(peer, head), cases[i].status);
        ck_assert_uint_gt(content_length(head), 0);
        ck_assert_uint_eq(read_to_end(peer), 0);
        close(peer);
    }
    char *request = long_request("HEAD", 17000, 17000);
    int peer = peer_request(port, request);
    free(request);
    ck_assert_int_eq(peer_answer(peer, head), 431);
    ck_assert_uint_eq(read_to_end(peer), 0);
    close(peer);
    stop();
}
END_TEST

/* Asks for a file with these headers, and returns the status. Stores the ETag, unless that is NULL.
 */
static int ask_with(const char *headers, char tag[64])
{
    char request[1024], head[4096];
    snprintf(request, sizeof(request), ASK "%sConnection: close\r\n\r\n", headers);
    int peer = peer_request(port, request);
    int status = peer_answer(peer, head);
    size_t size = read_to_end(peer);
    if (status == 304)
        ck_assert_uint_eq(size, 0);
    char *start = strstr(head, "etag: ");
    ck_assert_ptr_nonnull(start);
    if (tag)
        snprintf(tag, 64, "%.*s", (int)strcspn(start + 6, "\r"), start + 6);
    close(peer);
    return status;
}

START_TEST(sends_no_file_that_the_client_has)
{
    static const struct {
        const char *format;
        int status;
    } cases[] = {{"%s", 304}, {"W/%s", 304}, {"\"a\", %s", 304}, {"%s,\"b\"", 304}, {"*", 304},
        {"\"a\"", 200}, {"\"%.0sa\"", 200}, {"", 200}};
    char tag[64], again[64], value[256], headers[512];
    start_own(PAGE);
    ck_assert_int_eq(ask_with("", tag), 200);
    ck_assert_int_eq(tag[0], '"');
    ck_assert_int_eq(tag[strlen(tag) - 1], '"');
    ck_assert_uint_gt(strlen(tag), 2);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        snprintf(value, sizeof(value), cases[i].format, tag);
        snprintf(headers, sizeof(headers), "If-None-Match: %s\r\n", value);
        ck_assert_int_eq(ask_with(headers, again), cases[i].status);
        ck_assert_str_eq(again, tag);
    }
    snprintf(headers, sizeof(headers), ASK "If-None-Match: %s\r\n\r\n" ASK "\r\n", tag);
    int peer = peer_request(port, headers);
    ck_assert_int_eq(peer_answer(peer, NULL), 304);
    expect_response(peer, 200, size_of(PAGE "/chat.js"));
    close(peer);
    stop();
}
END_TEST

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "serve") == 0)
        return run_server(*argv[2] ? argv[2] : NULL, strcmp(argv[3], "paused") == 0);
    return run_suite("04_http",
        (struct test_group[]){
            {"requests",
                (const TTest *const[]){ignores_upgrades_that_are_not_to_websocket,
                    takes_headers_of_16_kb, reads_what_follows_a_refused_request,
                    reads_no_more_of_refused_clients_than_is_bounded, says_that_a_path_is_too_long,
                    ends_the_connection_of_an_old_client, answers_a_half_closed_connection,
                    takes_whole_addresses, answers_each_of_several_requests, heads_have_no_body,
                    sends_no_file_that_the_client_has, NULL}},
            {NULL, NULL}});
}
