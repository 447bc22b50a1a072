/* The handshake: which requests the server accepts. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_peer.h"
#include "websocket_peer.h"
#include "websocket_stage.h"

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

#define CHAT_HOST "Host: chat.example:8765\r\n"

/* The same for a page of that origin that connects to that host. */
static int status_at(const char *host, const char *origin)
{
    char headers[1024];
    snprintf(headers, sizeof(headers), VERSION "Host: %s\r\nOrigin: %s\r\n", host, origin);
    return status_of(headers, NULL);
}

static int status_from(const char *origin)
{
    return status_at("chat.example:8765", origin);
}

#define UPGRADE                                                                                    \
    "Host: chat.example:8765\r\nConnection: Upgrade\r\n" VERSION                                   \
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
    static const char *const others[] = {CHAT_HOST, CHAT_HOST "Sec-WebSocket-Version: 8\r\n",
        CHAT_HOST "Sec-WebSocket-Version: 131\r\n"};
    char head[4096];
    start_own("");
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        ck_assert_int_eq(status_of(others[i], head), 426);
        ck_assert_ptr_nonnull(strstr(head, "\r\nSec-WebSocket-Version: 13\r\n"));
        ck_assert_ptr_nonnull(strstr(head, "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"));
        ck_assert_ptr_nonnull(strstr(head, "\r\nConnection: close\r\n"));
    }
    ck_assert_int_eq(status_of(CHAT_HOST VERSION, NULL), 101);
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
    static const char *const usual_ports[][2] = {{"chat.example:80", "http://chat.example"},
        {"chat.example", "http://chat.example:80"}, {"chat.example:443", "https://chat.example"},
        {"chat.example.:443", "https://chat.example."},
        {"[2001:db8::1]:80", "http://[2001:db8::1]"}};
    for (size_t i = 0; i < sizeof(usual_ports) / sizeof(*usual_ports); i++)
        ck_assert_int_eq(status_at(usual_ports[i][0], usual_ports[i][1]), 101);
    ck_assert_int_eq(status_at("chat.example:443", "http://chat.example"), 403);
    ck_assert_int_eq(status_at("chat.example:80", "https://chat.example"), 403);
    ck_assert_int_eq(status_at("[2001:db8::80]", "http://[2001:db8:]"), 403);
    static const char *const foreign[] = {"http://evil.example", "://chat.example:8765",
        "ftp://chat.example:8765", "http://chat.example:8766", "http://chat.example",
        "http://chat.example:8765.evil.example", "null", "chat.example:8765",
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
        "localhost.:8765", "127.0.0.1:8765", "127.200.3.4", "[::1]:8765", "[::1]",
        "[::ffff:127.0.0.1]:8765"};
    static const char *const others[] = {"chat.example:8765", "localhost.evil.example:8765",
        "127.0.0.1.evil.example", "127.evil.example:8765", "0.0.0.0:8765", "10.0.0.1:8765",
        "[::]:8765", "[::2]:8765", "[::ffff:10.0.0.1]", "[localhost]:8765", "128.0.0.1"};
    static const char *const bad[] = {"::1", "[::1].evil.example:8765", "[::1", "[::1]8765"};
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
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        ck_assert_int_eq(status_at(bad[i], "http://localhost"), 400);
    ck_assert_int_eq(status_at("localhost:8765", "http://127.0.0.1:8765"), 403);
    ck_assert_int_eq(status_at("localhost:8765", "null"), 403);
    ck_assert_int_eq(status_of(CHAT_HOST VERSION, NULL), 101); /* no Origin: a program */
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

#define HANDSHAKE "GET /echo HTTP/1.1\r\n"

START_TEST(says_what_is_wrong_with_a_handshake)
{
    static const struct expectation cases[] = {
        {HANDSHAKE HOST WEBSOCKET VERSION "\r\n", 400},
        {HANDSHAKE WEBSOCKET VERSION KEY "\r\n", 400},
        {HANDSHAKE "Host:\r\n" WEBSOCKET VERSION KEY "\r\n", 400},
        {HANDSHAKE "Host: \t\r\n" WEBSOCKET VERSION KEY "\r\n", 400},
        {HANDSHAKE HOST HOST WEBSOCKET VERSION KEY "\r\n", 400},
        {HANDSHAKE HOST WEBSOCKET VERSION KEY KEY "\r\n", 400},
        {HANDSHAKE HOST WEBSOCKET VERSION VERSION KEY "\r\n", 400},
        {HANDSHAKE HOST WEBSOCKET VERSION "Sec-WebSocket-Key:\r\n\r\n", 400},
        {HANDSHAKE HOST WEBSOCKET VERSION "Sec-WebSocket-Key: c2hvcnQ=\r\n\r\n", 400},
        {HANDSHAKE HOST WEBSOCKET VERSION "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA\r\n\r\n", 400},
        {HANDSHAKE HOST WEBSOCKET VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ-_\r\n\r\n",
            400},
        {HANDSHAKE HOST "Upgrade: websocket\r\n" VERSION KEY "\r\n", 400},
        {HANDSHAKE HOST "Upgrade: websocket\r\nConnection: close\r\n" VERSION KEY "\r\n", 400},
        {"GET /echo HTTP/1.0\r\n" HOST WEBSOCKET VERSION KEY "\r\n", 400},
        {"HEAD /echo HTTP/1.1\r\n" HOST WEBSOCKET VERSION KEY "\r\n", 400},
        {"POST /echo HTTP/1.1\r\n" HOST WEBSOCKET VERSION KEY "\r\n", 405},
        {HANDSHAKE HOST WEBSOCKET KEY "\r\n", 426},
        {HANDSHAKE HOST WEBSOCKET "Sec-WebSocket-Version: 8, 13\r\n" KEY "\r\n", 426},
        {HANDSHAKE HOST WEBSOCKET "Sec-WebSocket-Version: 013\r\n" KEY "\r\n", 426},
        {HANDSHAKE HOST WEBSOCKET VERSION KEY "Origin: https://a.example\r\n\r\n", 403},
        {HANDSHAKE HOST WEBSOCKET VERSION KEY "Origin: null\r\nOrigin: http://localhost\r\n\r\n",
            400},
        {HANDSHAKE "HOST:localhost\r\nUPGRADE:WebSocket\r\nCONNECTION:a, upgrade ,b\r\n" VERSION KEY
                   "\r\n",
            101},
        {HANDSHAKE HOST "Connection: keep-alive\r\nConnection: Upgrade\r\nUpgrade: a\r\n"
                        "Upgrade: websocket\r\n" VERSION KEY "\r\n",
            101},
    };
    start_own(PAGE);
    EXPECT_ALL(cases);
    stop();
}
END_TEST

/* A client that cannot do without its protocol closes the connection itself (RFC 6455, 4.1). */
START_TEST(selects_no_other_subprotocol_and_no_extension)
{
    static const char *const offers[] = {"Sec-WebSocket-Protocol: soap\r\n",
        "Sec-WebSocket-Protocol: chat\r\n", "Sec-WebSocket-Protocol: lines.chats\r\n",
        "Sec-WebSocket-Protocol: LINES.CHAT\r\n", "Sec-WebSocket-Protocol: soap, chat\r\n",
        "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b\r\n", "Sec-WebSocket-Protocol:\r\n",
        "Sec-WebSocket-Extensions: permessage-deflate\r\n"};
    static struct frame frame;
    char request[1024], head[4096];
    start_own(PAGE);
    for (size_t i = 0; i < sizeof(offers) / sizeof(*offers); i++) {
        snprintf(
            request, sizeof(request), HANDSHAKE HOST WEBSOCKET VERSION KEY "%s\r\n", offers[i]);
        int peer = peer_request(port, request);
        ck_assert_int_eq(peer_answer(peer, head), 101);
        ck_assert_ptr_null(strcasestr(head, "sec-websocket-protocol"));
        ck_assert_ptr_null(strcasestr(head, "sec-websocket-extensions"));
        ck_assert_ptr_nonnull(strstr(head, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")); /* RFC 6455, 1.3 */
        peer_send_text(peer, "hello");
        ck_assert(peer_read(peer, &frame));
        ck_assert_str_eq(frame.data, "hello");
        close(peer);
    }
    stop();
}
END_TEST

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "serve") == 0)
        return run_server(*argv[2] ? argv[2] : NULL, strcmp(argv[3], "paused") == 0);
    return run_suite("04_handshake",
        (struct test_group[]){
            {"handshake", (const TTest *const[]){upgrades_only_get_requests_for_websocket,
                              accepts_one_version, accepts_its_own_pages,
                              a_local_server_refuses_names_that_dns_can_rebind,
                              accepts_pages_of_allowed_origins, limits_the_time_for_a_request,
                              refuses_bodies, says_what_is_wrong_with_a_handshake,
                              selects_no_other_subprotocol_and_no_extension, NULL}},
            {NULL, NULL}});
}
