/* Access control: which sockets the server accepts, and how many. */
// Linux only.

#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "04-chat-server/websocket/private.h"
#include "certificate.h"
#include "shell.h"
#include "websocket_peer.h"
#include "websocket_stage.h"

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
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
        status = peer_answer(peers[count++], head);
    } while (status == 101);
    ck_assert_int_eq(status, 503);
    return count;
}

/* It never starts half: with fewer descriptors than it needs, SIGTERM took ten seconds. */
START_TEST(does_not_start_without_descriptors)
{
    if (under_valgrind())
        return;
    for (int count = 10; count < 16; count++) {
        char command[128], output[4096];
        snprintf(command, sizeof(command),
            "exec 2>&1; ulimit -n %d; exec timeout 60 \"$BIN\"04-chat-server/chat-server --port 0",
            count);
        ck_assert_int_eq(shell_run(command, output, sizeof(output)), 1);
        ck_assert_ptr_nonnull(strstr(output, "arquivos abertos demais; aumente com ulimit -n"));
        ck_assert_ptr_null(strstr(output, "Escutando"));
    }
}
END_TEST

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

/*
 * Without memory for TLS. OpenSSL has an allocator of its own.
 */

static void *allocate_for_tls(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return ++allocations.count == allocations.failing ? NULL : __real_malloc(size);
}

static void *resize_for_tls(void *block, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return ++allocations.count == allocations.failing ? NULL : realloc(block, size);
}

static void free_for_tls(void *block, const char *file, int line)
{
    (void)file;
    (void)line;
    free(block);
}

/* Admits a connection while an allocation of OpenSSL fails, then makes a descriptor, which gets the
 * number of its socket if that is free. The descriptor stays open, and the socket does not. */
static bool admit_without_tls(struct websocket_server *server, size_t failing)
{
    int client, accepted;
    open_pair(&client, &accepted);
    allocations.count = 0;
    allocations.failing = failing;
    websocket_admit(&server->access, server->context.vhost, accepted);
    allocations.failing = 0;
    int file = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, accepted);
    close(client);
    for (int i = 0; i < 1000 && fcntl(accepted, F_GETFD) >= 0 && file != accepted; i++)
        task_yield();
    if (file != accepted && fcntl(accepted, F_GETFD) >= 0)
        ck_abort_msg("the socket stays open when allocation %zu fails", failing);
    task_yield();
    if (close(file) != 0)
        ck_abort_msg("another descriptor is closed when allocation %zu fails", failing);
    return allocations.count >= failing;
}

static int admit_while_tls_is_out_of_memory(void *made)
{
    const struct certificate *certificate = made;
    const struct websocket_options options = {.host = "127.0.0.1",
        .port = "0",
        .serve = serve_nothing,
        .certificate = certificate->certificate,
        .key = certificate->key};
    struct websocket_server *server;
    size_t failing = 1;
    ck_assert_int_eq(websocket_listen(&server, &options), 0);
    admit_without_tls(server, 0);
    while (admit_without_tls(server, failing))
        failing++;
    ck_assert_uint_ge(failing, 20);
    websocket_server_close(server);
    return 0;
}

START_TEST(without_memory_for_tls_the_socket_is_closed_once)
{
    struct certificate certificate;
    uv_loop_t loop;
    ck_assert_int_eq(CRYPTO_set_mem_functions(allocate_for_tls, resize_for_tls, free_for_tls), 1);
    certificate_make(&certificate);
    ck_assert_int_eq(loop_init(&loop), 0);
    ck_assert_int_eq(task_run(&loop, "test", admit_while_tls_is_out_of_memory, &certificate), 0);
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
    return run_suite("04_access_control",
        (struct test_group[]){
            {"limits", (const TTest *const[]){limits_the_connections_of_an_address,
                           refuses_clients_without_a_descriptor, does_not_start_without_descriptors,
                           reads_no_more_of_a_refused_client_than_a_request,
                           refuses_a_head_request_without_a_body,
                           a_connection_that_cannot_be_adopted_is_closed,
                           without_memory_for_tls_the_socket_is_closed_once,
                           raises_the_limit_of_descriptors, lowers_a_limit_that_is_too_high,
                           the_library_leaves_the_limit_alone, NULL}},
            {NULL, NULL}});
}
