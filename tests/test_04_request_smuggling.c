/* Requests that two parsers read differently: the server refuses them and closes. */
#include <string.h>
#include <unistd.h>

#include "http_peer.h"
#include "websocket_peer.h"
#include "websocket_stage.h"

#define HIDDEN "\r\n\r\nGET /chat.css HTTP/1.1\r\n" HOST "\r\n"

/* A proxy that is less strict could take what follows for a body, or for a request of its own. */
START_TEST(refuses_requests_that_two_parsers_read_differently)
{
    static const struct expectation cases[] = {
        {ASK "Content-Length : 44" HIDDEN, 400},
        {ASK "Content-Length\t: 44" HIDDEN, 400},
        {ASK "X: y\r\n Content-Length: 44" HIDDEN, 400},
        {ASK "X: y\r\n\tContent-Length: 44" HIDDEN, 400},
        {ASK "Transfer-Encoding : chunked" HIDDEN, 400},
        {ASK "Content-Length: " HIDDEN, 400},
        {ASK "Content-Length: 4 4" HIDDEN, 400},
        {ASK "Content-Length: +44" HIDDEN, 400},
        {ASK "Content-Length: 0x2c" HIDDEN, 400},
        {ASK "Content-Length: 0, 44" HIDDEN, 400},
        {ASK "Content-Length: 0\r\nContent-Length: 44" HIDDEN, 400},
        {ASK "Content-Length: 44\r\nTransfer-Encoding: chunked" HIDDEN, 400},
        {ASK "Content-Length: 44" HIDDEN, 413},
        {ASK "Transfer-Encoding: chunked" HIDDEN, 413},
        {ASK "Transfer-Encoding: identity" HIDDEN, 413},
        {ASK WEBSOCKET VERSION KEY "Content-Length: 44" HIDDEN, 400},
        {ASK WEBSOCKET VERSION KEY "Transfer-Encoding: chunked" HIDDEN, 400},
        {ASK ": no name" HIDDEN, 400},
        {ASK "no colon" HIDDEN, 400},
        {ASK "in valid: name" HIDDEN, 400},
        {ASK "X: a\rContent-Length: 44" HIDDEN, 400},
        {ASK "X: \x01" HIDDEN, 400},
        {ASK "X: \x7f" HIDDEN, 400},
        {" " ASK "X: y" HIDDEN, 400},
        {"GET /chat.js HTTP/1.1\r\n Host: localhost" HIDDEN, 400},
        {"GET /chat.js HTTP/1.1\r\nX: y" HIDDEN, 400},
        {"GET /chat.js HTTP/1.1\r\n" HOST HOST "X: y" HIDDEN, 400},
        {"GET /chat.js HTTP/1.1\r\nHost: a b" HIDDEN, 400},
        {"GET /chat.js HTTP/1.1\r\nHost: a,b" HIDDEN, 400},
        {"GET /chat.js HTTP/1.1\r\nHost: a@b" HIDDEN, 400},
        {"GET /chat.js HTTP/1.1\r\nHost: a:b" HIDDEN, 400},
        {"GET /chat.js HTTP/1.1\r\nHost: a:-1" HIDDEN, 400},
        {"GET /chat.js HTTP/1.1\r\nHost: a:1:2" HIDDEN, 400},
        {"GET /chat.js HTTP/1.1\r\nHost: :80" HIDDEN, 400},
        {"GET /chat.js HTTP/1.1\r\nHost: [::1" HIDDEN, 400},
        {"GET /chat.js HTTP/1.1\r\nHost: []" HIDDEN, 400},
        {"GET /chat.js HTTP/1.1\r\nHost: [::1]x" HIDDEN, 400},
        {"GET /chat.js HTTP/1.1\r\nHost: ::1" HIDDEN, 400},
        {"GET /chat.js HTTP/1.1\r\nHost: {a}" HIDDEN, 400},
        {"GET /chat.js HTTP/1.1\r\nHost: \xC3\xA9" HIDDEN, 400},
        {"GET  /chat.js HTTP/1.1\r\n" HOST "X: y" HIDDEN, 400},
        {"GET /chat.js  HTTP/1.1\r\n" HOST "X: y" HIDDEN, 400},
        {"GET /chat .js HTTP/1.1\r\n" HOST "X: y" HIDDEN, 400},
        {"GET /chat.js HTTP/1.1 \r\n" HOST "X: y" HIDDEN, 400},
        {"GET /chat.js http/1.1\r\n" HOST "X: y" HIDDEN, 400},
        {"GET /chat.js HTTP/1.11\r\n" HOST "X: y" HIDDEN, 400},
        {"GET /chat.js\r\n" HOST "X: y" HIDDEN, 400},
        {"GET /chat.js\r\n", 400},
        {"\r\n\nGET\n", 400},
        {"SSH-2.0-OpenSSH_9.2\r\n", 400},
        {"GET /%zz HTTP/1.1\r\n" HOST "X: y" HIDDEN, 400},
        {"GET /%4 HTTP/1.1\r\n" HOST "X: y" HIDDEN, 400},
        {"G(T / HTTP/1.1\r\n" HOST "X: y" HIDDEN, 400},
        {"GET / HTTP/2.0\r\n" HOST "X: y" HIDDEN, 505},
        {"POST / HTTP/1.1\r\n" HOST "Content-Length: 44" HIDDEN, 405},
        {"PUT / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked" HIDDEN, 405},
        {"DELETE / HTTP/1.1\r\n" HOST "X: y" HIDDEN, 405},
        {"OPTIONS * HTTP/1.1\r\n" HOST "X: y" HIDDEN, 405},
        {"TRACE / HTTP/1.1\r\n" HOST "X: y" HIDDEN, 405},
        {"CONNECT localhost:80 HTTP/1.1\r\n" HOST "X: y" HIDDEN, 405},
        {"PROPFIND / HTTP/1.1\r\n" HOST "X: y" HIDDEN, 405},
        {"get / HTTP/1.1\r\n" HOST "X: y" HIDDEN, 405},
    };
    char head[4096];
    start_own(PAGE);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int peer = peer_request(port, cases[i].request);
        int status = peer_answer(peer, head);
        ck_assert_msg(status == cases[i].status, "%d: %s", status, cases[i].request);
        ck_assert_uint_eq(read_to_end(peer), content_length(head)); /* no second response */
        close(peer);
    }
    static const struct expectation valid[] = {
        {"\r\n\r\n" ASK "\r\n", 200},
        {ASK "Content-Length: 000\r\n\r\n", 200},
        {ASK "X:\r\nY: \t \r\nZ: caf\xc3\xa9\r\n\r\n", 200},
        {"GET /chat.js HTTP/1.1\nHost: localhost\n\n", 200},
        {"GET /chat.js HTTP/1.0\r\n\r\n", 200},
        {"GET /chat.js HTTP/1.1\r\nHost:\r\n\r\n", 200},
        {"GET /./a/../chat%2Ejs?a#b HTTP/1.1\r\n" HOST "\r\n", 200},
    };
    EXPECT_ALL(valid);
    stop();
}
END_TEST

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "serve") == 0)
        return run_server(*argv[2] ? argv[2] : NULL, strcmp(argv[3], "paused") == 0);
    return run_suite("04_request_smuggling",
        (struct test_group[]){
            {"requests",
                (const TTest *const[]){refuses_requests_that_two_parsers_read_differently, NULL}},
            {NULL, NULL}});
}
