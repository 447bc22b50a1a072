/*
 * What the suites of streams share: tests that run as a task, and sockets to talk to.
 *
 * Every function fails the test when it cannot do what it says.
 */
#pragma once

#include <sys/socket.h>

#include "common/stream.h"
#include "support_runtime.h"

/* A test whose body is the first task of a loop of its own, with the clock paused. The loop has to
 * close, and to leave as many descriptors open as there were before. */
#define TASK_TEST(name)                                                                            \
    static void name##_body(void);                                                                 \
    START_TEST(name)                                                                               \
    {                                                                                              \
        run_in_task(name##_body);                                                                  \
    }                                                                                              \
    END_TEST                                                                                       \
    static void name##_body(void)

void run_in_task(void (*body)(void));

/* Lets the others run until the condition holds. */
#define YIELD_UNTIL(condition)                                                                     \
    while (!(condition))                                                                           \
    ck_assert_int_eq(task_yield(), 0)

/* A call that a task of its own makes. */
struct attempt {
    int (*call)(void *argument);
    void *argument;
    struct task *task;
    bool done;
    int result;
};
void attempt_begin(
    struct attempt *attempt, struct scope *scope, int (*call)(void *argument), void *argument);

/* Lets the others run until the attempt waits for that: "accept", say. */
void wait_until_it_waits(const struct attempt *attempt, const char *what);

/* Calls to attempt; the argument is the stream. */
int read_a_line(void *stream);
int drain(void *stream);
int close_stream(void *stream);

/*
 * Sockets
 */

/* Two connected sockets: of the UNIX domain and of that type, or of TCP. */
void socket_pair(int type, int ends[2]);
void tcp_pair(int ends[2]);

/* A stream over one end of socket_pair(SOCK_STREAM); returns the other end, which blocks. */
int open_with_peer(struct stream *stream);

/* Makes the socket's buffers, and so what it takes without being read, small. */
void shrink_buffers(int socket);

/* A TCP socket that listens at 127.0.0.1; *port receives its port as text. */
#define PORT_SIZE 8
int listen_somewhere(int backlog, char port[PORT_SIZE]);

/* The port at the end of an address. */
const char *port_of(const char *address);

/* Writes all the bytes; the text. */
void send_all(int socket, const void *data, size_t size);
void send_text(int socket, const char *text);

/* What has arrived and not been received. */
int unread(int socket);

/* Lets the others run until the task that reads the stream has taken all and waits for more. */
void wait_until_taken(struct stream *stream);

/* Closes so that the other end sees a connection reset. TCP only. */
void reset(int socket);

/* What was sent at once: a pattern in which every misplaced byte shows; to be freed. */
char *pattern(size_t size);

/* Receives from a socket while others run, until size bytes have come or the stream has ended, at
 * most step bytes a pass; checks that they are the pattern's from the offset on. Returns how many.
 */
size_t receive_pattern(int socket, size_t offset, size_t size, size_t step);
