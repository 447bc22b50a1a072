/*
 * Helpers for the suites of streams: tests that run as a task, and sockets for their peers.
 *
 * A function that fails fails the test.
 */
#pragma once

#include <sys/socket.h>

#include "common/stream.h"
#include "support_runtime.h"

/* A test whose body is the first task of a new loop with a paused clock. After it, checks that the
 * loop closes and that no descriptor is left open. */
#define TASK_TEST(name)                                                                            \
    static void name##_body(void);                                                                 \
    START_TEST(name)                                                                               \
    {                                                                                              \
        run_in_task(name##_body);                                                                  \
    }                                                                                              \
    END_TEST                                                                                       \
    static void name##_body(void)

void run_in_task(void (*body)(void));

/* Lets other tasks run until the condition holds. */
#define YIELD_UNTIL(condition)                                                                     \
    while (!(condition))                                                                           \
    ck_assert_int_eq(task_yield(), 0)

/* A call in a task of its own. */
struct attempt {
    int (*call)(void *argument);
    void *argument;
    struct task *task;
    bool done;
    int result;
};
void attempt_begin(
    struct attempt *attempt, struct scope *scope, int (*call)(void *argument), void *argument);

/* Lets other tasks run until the attempt waits for this, for example "accept". */
void wait_until_it_waits(const struct attempt *attempt, const char *what);

/* Functions for attempt_begin. */
int read_a_line(void *stream);
int drain(void *stream);
int close_stream(void *stream);

/*
 * Sockets
 */

/* Two connected sockets: UNIX domain sockets of this type, or TCP sockets. */
void socket_pair(int type, int ends[2]);
void tcp_pair(int ends[2]);

/* Opens a stream on one end of socket_pair(SOCK_STREAM). Returns the other end, which blocks. */
int open_with_peer(struct stream *stream);

/* Makes the socket's buffers small. */
void shrink_buffers(int socket);

/* A TCP socket that listens at 127.0.0.1, and one at whose port nobody listens until it is closed.
 * Store the port as text. */
#define PORT_SIZE 8
int listen_somewhere(int backlog, char port[PORT_SIZE]);
int listen_nowhere(char port[PORT_SIZE]);

/* Opens a listener at 127.0.0.1, and returns its port. */
int open_at_any_port(struct listener *listener);

/* The port at the end of an address. */
const char *port_of(const char *address);

/* Send all bytes. */
void send_all(int socket, const void *data, size_t size);
void send_text(int socket, const char *text);

/* The number of bytes that have arrived and were not received. */
int unread(int socket);

/* Lets other tasks run until the stream's reader has received everything and waits again. */
void wait_until_taken(struct stream *stream);

/* Closes a TCP socket so that the other end gets a connection reset. */
void reset(int socket);

/* Bytes in which a misplaced byte is noticed. The caller frees them. */
char *pattern(size_t size);

/* Receives while other tasks run, until size bytes have arrived or the stream has ended, at most
 * step bytes for each iteration. Checks that they are the pattern from the offset on. Returns their
 * number. */
size_t receive_pattern(int socket, size_t offset, size_t size, size_t step);

/* A peer that sends size zeros and then the text, by send_long_line, a function of tasks. */
struct sending {
    int socket;
    size_t size;
    const char *end;
};
int send_long_line(void *sending);

/* Opens a stream whose peer has small buffers and does not read, and writes MANY_BYTES of the
 * pattern to it. */
#define MANY_BYTES                                                                                 \
    ((size_t)200000) /* more than STREAM_HIGH_WATER and small socket buffers together */
int open_with_pending_output(struct stream *stream);

/* The number of bytes that were written to the stream and not sent. */
size_t pending(const struct stream *stream);

/* Receives the rest of the pattern, and the end of the stream. */
void receive_rest(int peer, size_t received);
