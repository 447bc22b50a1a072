#include "support_stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/task/state.h"

/*
 * Tests as tasks
 */

static int run_body(void *argument)
{
    (*(void (**)(void))argument)();
    return 0;
}

void run_in_task(void (*body)(void))
{
    uv_loop_t first;
    open_loop(&first);
    close_loop(&first); /* libuv's first loop opens a pipe that stays */
    int before = open_descriptors(0);
    ck_assert_int_eq(run_main(run_body, &body), 0);
    ck_assert_int_eq(open_descriptors(0), before);
}

static int run_attempt(void *argument)
{
    struct attempt *attempt = argument;
    attempt->result = attempt->call(attempt->argument);
    attempt->done = true;
    return 0;
}

void attempt_begin(
    struct attempt *attempt, struct scope *scope, int (*call)(void *argument), void *argument)
{
    *attempt = (struct attempt){.call = call, .argument = argument};
    struct task_options options = {.handle = &attempt->task};
    ck_assert_int_eq(scope_spawn_with(scope, "attempt", run_attempt, attempt, options), 0);
}

void wait_until_it_waits(const struct attempt *attempt, const char *what)
{
    YIELD_UNTIL(attempt->task->wait && strcmp(attempt->task->wait->what, what) == 0);
}

int read_a_line(void *stream)
{
    char *line;
    return (int)stream_read_line(stream, &line);
}

int drain(void *stream)
{
    return stream_drain(stream);
}

int close_stream(void *stream)
{
    stream_close(stream);
    return 0;
}

/*
 * Sockets
 */

static int must(int result, const char *what)
{
    ck_assert_msg(result >= 0, "%s: %s", what, strerror(errno));
    return result;
}

void socket_pair(int type, int ends[2])
{
    ck_assert_int_eq(uv_socketpair(type, 0, ends, 0, 0), 0);
}

int listen_nowhere(char port[PORT_SIZE])
{
    int number, holder = hold_port(&number);
    snprintf(port, PORT_SIZE, "%d", number);
    return holder;
}

int listen_somewhere(int backlog, char port[PORT_SIZE])
{
    int listening = listen_nowhere(port);
    must(listen(listening, backlog), "listen");
    return listening;
}

void tcp_pair(int ends[2])
{
    char port[PORT_SIZE];
    int listening = listen_somewhere(1, port);
    ends[1] = connect_to(atoi(port));
    ends[0] = must(accept4(listening, NULL, NULL, SOCK_CLOEXEC), "accept4");
    close(listening);
}

int open_with_peer(struct stream *stream)
{
    int ends[2];
    socket_pair(SOCK_STREAM, ends);
    stream_open(stream, ends[0]);
    return ends[1];
}

void shrink_buffers(int socket)
{
    int least = 1;
    must(setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &least, sizeof(least)), "SO_SNDBUF");
    must(setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least)), "SO_RCVBUF");
}

const char *port_of(const char *address)
{
    const char *colon = strrchr(address, ':');
    ck_assert_msg(colon && atoi(colon + 1) > 0, "no address with a port: %s", address);
    return colon + 1;
}

void send_all(int socket, const void *data, size_t size)
{
    ck_assert_int_eq(send(socket, data, size, MSG_NOSIGNAL), (ssize_t)size);
}

void send_text(int socket, const char *text)
{
    send_all(socket, text, strlen(text));
}

int unread(int socket)
{
    int size;
    must(ioctl(socket, FIONREAD, &size), "FIONREAD");
    return size;
}

void wait_until_taken(struct stream *stream)
{
    YIELD_UNTIL(stream->reader && unread(stream->socket) == 0);
}

void reset(int socket)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    must(setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), "SO_LINGER");
    close(socket);
}

/* No two neighbourhoods of 251 bytes are alike, nor is its period that of any buffer. */
static char pattern_at(size_t place)
{
    return (char)(place % 251 + place / 251 % 7);
}

char *pattern(size_t size)
{
    char *data = malloc(size);
    ck_assert_ptr_nonnull(data);
    for (size_t i = 0; i < size; i++)
        data[i] = pattern_at(i);
    return data;
}

size_t receive_pattern(int socket, size_t offset, size_t size, size_t step)
{
    char data[4096];
    size_t got = 0;
    while (got < size) {
        size_t room = size - got < step ? size - got : step;
        ssize_t now = recv(socket, data, room < sizeof(data) ? room : sizeof(data), MSG_DONTWAIT);
        if (now == 0)
            break;
        if (now < 0 && errno != EAGAIN)
            ck_abort_msg("recv: %s", strerror(errno));
        for (ssize_t i = 0; i < now; i++)
            if (data[i] != pattern_at(offset + got + (size_t)i))
                ck_abort_msg("byte %zu is not the one that was sent", offset + got + (size_t)i);
        got += now > 0 ? (size_t)now : 0;
        ck_assert_int_eq(task_yield(), 0);
    }
    return got;
}

int send_long_line(void *argument)
{
    const struct sending *sending = argument;
    char *data = calloc(1, 2000);
    for (size_t sent = 0, piece; sent < sending->size; sent += piece) {
        piece = sending->size - sent < 2000 ? sending->size - sent : 2000;
        while (send(sending->socket, data, piece, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
            task_yield();
    }
    free(data);
    send_text(sending->socket, sending->end);
    return 0;
}

int open_with_pending_output(struct stream *stream)
{
    char *data = pattern(MANY_BYTES);
    int peer = open_with_peer(stream);
    shrink_buffers(stream->socket);
    ck_assert_int_eq(stream_write(stream, data, MANY_BYTES), 0);
    free(data);
    return peer;
}

size_t pending(const struct stream *stream)
{
    return buffer_size(&stream->output);
}

void receive_rest(int peer, size_t received)
{
    ck_assert_uint_eq(
        receive_pattern(peer, received, MANY_BYTES + 1 - received, 777), MANY_BYTES - received);
}

int open_at_any_port(struct listener *listener)
{
    char address[STREAM_ADDRESS_SIZE];
    ck_assert_int_eq(listener_open(listener, "127.0.0.1", "0"), 0);
    ck_assert_int_eq(listener_address(listener, address), 0);
    ck_assert_int_eq(strncmp(address, "127.0.0.1:", 10), 0);
    return atoi(port_of(address));
}
