/* Clients that send and do not read: while the server waits for them, it uses no processor. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certificate.h"
#include "http_peer.h"
#include "websocket_peer.h"
#include "websocket_stage.h"

/*
 * Peers, with or without TLS
 */

struct peer {
    int socket;
    SSL *tls; /* NULL: none */
};

static SSL_CTX *tls; /* NULL: the server speaks HTTP */

static void set_buffer(int socket, int size)
{
    ck_assert_int_eq(setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), 0);
}

static struct peer peer_open(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct peer peer = {.socket = socket(AF_INET, SOCK_STREAM, 0)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    set_buffer(peer.socket, 32 * 1024);
    ck_assert_int_eq(connect(peer.socket, (struct sockaddr *)&address, sizeof(address)), 0);
    if (!tls)
        return peer;
    peer.tls = SSL_new(tls);
    SSL_set_fd(peer.tls, peer.socket);
    ck_assert_int_eq(SSL_connect(peer.tls), 1);
    return peer;
}

static void peer_close(struct peer *peer)
{
    SSL_free(peer->tls);
    close(peer->socket);
}

static ssize_t peer_write(struct peer *peer, const char *data, size_t size)
{
    size_t written;
    if (!peer->tls)
        return send(peer->socket, data, size, MSG_NOSIGNAL);
    return SSL_write_ex(peer->tls, data, size, &written) == 1 ? (ssize_t)written : -1;
}

/* Reads exactly that many bytes, or until the end of the connection. Returns how many. */
static size_t peer_take(struct peer *peer, char *data, size_t size)
{
    size_t count = 0;
    while (count < size) {
        ssize_t taken = peer->tls ? SSL_read(peer->tls, data + count, (int)(size - count))
                                  : recv(peer->socket, data + count, size - count, 0);
        if (taken <= 0)
            break;
        count += (size_t)taken;
    }
    return count;
}

/* Writes until all is written, or until the server has read nothing for a while. */
static void peer_fill(struct peer *peer, const char *data, size_t size)
{
    struct pollfd room = {.fd = peer->socket, .events = POLLOUT};
    fcntl(peer->socket, F_SETFL, O_NONBLOCK);
    while (size > 0 && poll(&room, 1, 100) == 1) {
        ssize_t written = peer_write(peer, data, size < 4096 ? size : 4096);
        data += written > 0 ? written : 0;
        size -= written > 0 ? (size_t)written : 0;
    }
    fcntl(peer->socket, F_SETFL, 0);
}

/* Reads a response. Returns its status, or 0 at the end of the connection; stores its length, and
 * as much of its body as there is room for. */
static int peer_response(struct peer *peer, size_t *length, char *body, size_t room)
{
    static char data[128 * 1024];
    char head[4096];
    size_t size = 0;
    do {
        ck_assert_uint_lt(size, sizeof(head) - 1);
        if (peer_take(peer, head + size, 1) == 0)
            return 0;
        head[++size] = '\0';
    } while (size < 4 || strcmp(head + size - 4, "\r\n\r\n") != 0);
    *length = content_length(head);
    ck_assert_uint_lt(*length, sizeof(data));
    ck_assert_uint_eq(peer_take(peer, data, *length), *length);
    data[*length] = '\0';
    snprintf(body, room, "%.*s", (int)room, data);
    return atoi(head + strlen("HTTP/1.1 "));
}

/*
 * The server
 */

static void start(bool has_tls)
{
    static struct certificate certificate;
    if (has_tls) {
        certificate_make(&certificate);
        setenv("CERTIFICATE", certificate.certificate, 1);
        setenv("KEY", certificate.key, 1);
        tls = SSL_CTX_new(TLS_client_method());
    }
    start_own(PAGE);
}

static void end(void)
{
    stop();
    SSL_CTX_free(tls);
}

#define ITERATIONS "GET /iterations HTTP/1.1\r\n" HOST "\r\n"

static long iterations(struct peer *peer)
{
    char body[32];
    size_t length;
    peer_write(peer, ITERATIONS, strlen(ITERATIONS));
    ck_assert_int_eq(peer_response(peer, &length, body, sizeof(body)), 200);
    return strtol(body, NULL, 10);
}

/* Waits until the server's loop begins few iterations in 20 ms, which include those for a request.
 * Fails if it begins many for a second. */
static void wait_until_idle(void)
{
    struct peer peer = peer_open();
    long begun, count;
    int tries = 50;
    do {
        begun = iterations(&peer);
        poll(NULL, 0, 20);
        count = iterations(&peer) - begun;
    } while (count > 20 && --tries > 0);
    peer_close(&peer);
    ck_assert_msg(tries > 0, "%ld iterations in 20 ms", count);
}

/*
 * Requests
 */

/* Requests in turn for two paths, with different lengths, so that the order of the answers shows.
 */
struct unread {
    const char *paths[2];
    size_t lengths[2];
    int count;
    const char *after;
    bool half_closes;
};

#define NO_REQUEST "GET\r\n\r\n"

static void fill(struct peer *peer, const struct unread *unread)
{
    char *requests = malloc((size_t)unread->count * 128 + 128), *end = requests;
    for (int i = 0; i < unread->count; i++)
        end += sprintf(end, "GET %s HTTP/1.1\r\n" HOST "\r\n", unread->paths[i % 2]);
    end = stpcpy(end, unread->after);
    peer_fill(peer, requests, (size_t)(end - requests));
    free(requests);
    if (unread->half_closes)
        shutdown(peer->socket, SHUT_WR);
}

static void test_unread(const struct unread *unread)
{
    struct peer peer = peer_open();
    size_t length;
    char body[1];
    fill(&peer, unread);
    wait_until_idle();
    set_buffer(peer.socket, 1 << 20);
    for (int i = 0; i < unread->count; i++) {
        ck_assert_int_eq(peer_response(&peer, &length, body, sizeof(body)), 200);
        ck_assert_uint_eq(length, unread->lengths[i % 2]);
        if (i == unread->count / 2)
            wait_until_idle();
    }
    if (*unread->after)
        ck_assert_int_eq(peer_response(&peer, &length, body, sizeof(body)), 400);
    peer_close(&peer);
}

static size_t size_of(const char *file)
{
    struct stat status;
    ck_assert_int_eq(stat(file, &status), 0);
    return (size_t)status.st_size;
}

/*
 * Frames
 */

/* Pings whose pongs are not read, and messages that the client's task does not receive. */
static void test_frames(int pings, int messages, bool half_closes)
{
    static const char request[] = "GET /held HTTP/1.1\r\n" HOST WEBSOCKET VERSION KEY "\r\n";
    static const char ping[131] = {(char)0x89, (char)0xfd}, message[131] = {(char)0x81, (char)0xfd};
    struct peer peer = peer_open();
    char *frames = malloc((size_t)(pings + messages) * sizeof(ping)), *end = frames;
    for (int i = 0; i < pings + messages; i++)
        end = (char *)memcpy(end, i < pings ? ping : message, sizeof(ping)) + sizeof(ping);
    char status[] = "HTTP/1.1 ...";
    peer_write(&peer, request, strlen(request));
    peer_take(&peer, status, strlen(status));
    ck_assert_str_eq(status, "HTTP/1.1 101");
    peer_fill(&peer, frames, (size_t)(end - frames));
    free(frames);
    if (half_closes)
        shutdown(peer.socket, SHUT_WR);
    wait_until_idle();
    peer_close(&peer);
}

/*
 * Uploads
 */

#define POST "POST / HTTP/1.1\r\n" HOST
#define UPLOAD_SIZE (10 << 20)

/* Sends the start of a request and much more, and only then reads. The answer has to arrive, and
 * after it the end of the connection, not a reset. */
static void test_upload(const char *start, int expected)
{
    static char more[64 * 1024];
    struct peer peer = peer_open();
    size_t length;
    char body[1];
    memset(more, 'x', sizeof(more));
    ck_assert_int_eq(peer_write(&peer, start, strlen(start)), (ssize_t)strlen(start));
    for (size_t sent = 0; sent < UPLOAD_SIZE; sent += sizeof(more))
        ck_assert_int_eq(peer_write(&peer, more, sizeof(more)), (ssize_t)sizeof(more));
    int status = peer_response(&peer, &length, body, sizeof(body));
    ck_assert_msg(status == expected, "%d: %s", status, start);
    ck_assert_uint_eq(peer_take(&peer, body, 1), 0);
    ck_assert_int_eq(recv(peer.socket, body, 1, 0), 0);
    peer_close(&peer);
}

static void test_uploads(void)
{
    static const struct expectation uploads[] = {
        {POST "Content-Length: 10485760\r\n\r\n", 405},
        {POST "Transfer-Encoding: chunked\r\n\r\n100000\r\n", 405},
        {"GET / HTTP/1.1\r\n" HOST "Content-Length: 10485760\r\n\r\n", 413},
        {"GET / HTTP/1.1\r\n" HOST "X: ", 431},
        {"GET /", 414},
        {"GET / HTTP/1.1\r\n" HOST WEBSOCKET VERSION KEY "Origin: http://example.com\r\n\r\n", 403},
        {ASK "Connection: close\r\n\r\n", 200},
        {"GET /nothing HTTP/1.0\r\n\r\n", 404},
    };
    for (size_t i = 0; i < sizeof(uploads) / sizeof(*uploads); i++)
        test_upload(uploads[i].request, uploads[i].status);
}

static void test_all(bool has_tls)
{
    const size_t css = size_of(PAGE "/chat.css"), script = size_of(PAGE "/chat.js");
    const struct unread all[] = {
        {{"/chat.css", "/chat.js"}, {css, script}, 550, "", .half_closes = false},
        {{"/chat.css", "/chat.js"}, {css, script}, 550, "", .half_closes = true},
        {{"/large", "/chat.js"}, {64 * 1024, script}, 140, "", .half_closes = false},
        {{"/large", "/chat.js"}, {64 * 1024, script}, 140, NO_REQUEST, .half_closes = false},
    };
    start(has_tls);
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        test_unread(&all[i]);
    test_uploads();
    test_frames(40000, 0, true);
    test_frames(40000, 1000, false);
    test_frames(0, 1000, true);
    end();
}

START_TEST(clients_that_do_not_read)
{
    test_all(false);
}
END_TEST

START_TEST(clients_that_do_not_read_over_tls)
{
    test_all(true);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "serve") == 0)
        return run_server(*argv[2] ? argv[2] : NULL, strcmp(argv[3], "paused") == 0);
    signal(SIGPIPE, SIG_IGN);
    return run_suite("04_unread",
        (struct test_group[]){{"unread", (const TTest *const[]){clients_that_do_not_read,
                                             clients_that_do_not_read_over_tls, NULL}},
            {NULL, NULL}});
}
