/*
 * TCP for tasks: asyncio's open_connection, start_server, StreamReader, StreamWriter and Protocol.
 *
 * A stream is a connected socket. One task may read it while others write. The stream collects
 * what is written during one iteration of the loop and sends it at the iteration's end in one
 * send, or earlier if more than STREAM_HIGH_WATER bytes are pending.
 *
 * Errors are libuv's: UV_ECONNRESET, UV_EPIPE, UV_ECONNREFUSED, UV_EADDRINUSE, ... Every call that
 * waits may also return UV_ECANCELED or UV_ETIMEDOUT (task.h), and every call that stores bytes may
 * return UV_ENOMEM. A connection that has failed stays failed: every later call returns the same
 * error, but a read first returns the bytes that arrived before. A cancelled read or drain loses
 * nothing: the stream can be used as if the call had not been made.
 */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>

#include "common/buffer.h"
#include "common/task.h"

__BEGIN_DECLS

#define STREAM_LINE_LIMIT (64 * 1024) /* bytes in the longest line, including its newline */
#define STREAM_HIGH_WATER (64 * 1024) /* pending bytes above which stream_drain waits */
#define STREAM_LOW_WATER (16 * 1024)  /* pending bytes at which stream_drain stops waiting */
#define STREAM_LINGER 2.0             /* seconds that stream_close allows for pending output */
#define STREAM_ADDRESS_SIZE 64        /* bytes for any "[address]:port" and its NUL */

struct stream;

/* The functions that the library calls during a connection (asyncio.Protocol). Each may be NULL.
 * self is an object that belongs to the connection, on the stack of its task. Only manage may
 * wait. */
struct protocol {
    size_t size; /* bytes of the object, which is all zero when connection_made is called */
    /* The first call. context is the argument of the call that runs the protocol. */
    void (*connection_made)(void *self, struct stream *stream, void *context);
    /* The body of the connection's task: when it returns, the connection is closed. If it is NULL,
     * the task reads until the peer closes the connection. */
    int (*manage)(void *self);
    /* Called with the bytes that a read of the task has received. The read returns only the bytes
     * that this function passes to stream_feed. If this function is NULL, it returns them all. */
    void (*data_received)(void *self, const char *data, size_t size);
    /* The last call, after the connection was closed. error is the result of manage. */
    void (*connection_lost)(void *self, int error);
};

struct stream {
    uv_poll_t poll;
    uv_loop_t *loop;
    int socket;
    bool open;        /* all zero is a closed stream */
    int error;        /* the error that broke the connection, or 0 */
    int events;       /* the events polled for: UV_READABLE, UV_WRITABLE */
    bool polling;     /* poll is initialized, so stream_close has to close it */
    bool readable;    /* recv may have data */
    bool ended;       /* no more bytes will arrive */
    bool input_lost;  /* out of memory for bytes that arrived, so no later ones may be read */
    bool half_closed; /* stream_half_close was called, so no more bytes may be written */
    bool shut;        /* half-closed, and both the output and the end were sent */
    bool closing;     /* a task is in stream_close */
    char after_line;  /* the byte that the NUL after the last line replaces */
    char *line_end;   /* where that NUL is, or NULL */
    struct buffer input, output;
    size_t line_limit; /* bytes; STREAM_LINE_LIMIT unless the program changes it */
    struct task_resource resource;
    struct task_wait *reader;        /* the task that waits for input, or NULL */
    TAILQ_HEAD(, drain_wait) drains; /* the tasks that wait for room */
    struct loop_callback flush;
    const struct protocol *protocol;
    void *object;
};

/* Connects to the first of the host's addresses that accepts (asyncio.open_connection). Returns 0,
 * or the last address's error. After an error, and after a cancellation, there is nothing to
 * close. */
int stream_connect(struct stream *stream, const char *host, const char *port);

/* Makes a stream of a connected socket. From then on the stream owns the socket. */
void stream_open(struct stream *stream, int socket);

/* Makes every later read pass what it receives to protocol->data_received, with the object self
 * (the reading half of create_connection). The caller calls the protocol's other functions. */
void stream_set_protocol(struct stream *stream, const struct protocol *protocol, void *self);

/* Sends the pending output and closes the socket (writer.close, wait_closed). Waits at most
 * STREAM_LINGER seconds; a cancellation does not shorten that. Later reads return 0, the end of
 * the stream. No other task may be waiting on the stream or closing it. Does nothing to a stream
 * that is closed. */
void stream_close(struct stream *stream);

/*
 * Reading. *line and *data point into the stream's own memory, with a NUL after the last byte. The
 * bytes are valid, and may be modified, until the next read of the stream; other waits do not
 * affect them.
 */

/* Reads one line, including its newline; the last line of a stream may have none (reader.readline).
 * Returns its length, 0 at the end of the stream, or UV_EMSGSIZE if it is longer than
 * stream->line_limit. The part of a long line that has arrived is dropped, and the rest is read as
 * a line of its own. */
ssize_t stream_read_line(struct stream *stream, char **line);

/* Reads exactly size bytes (reader.readexactly). Returns size, or UV_EOF if the stream ends
 * earlier: the other reads can still return the bytes before the end. */
ssize_t stream_read_exactly(struct stream *stream, char **data, size_t size);

/* Reads the bytes that have arrived, at least one (reader.read). Returns their number, or 0 at the
 * end of the stream. */
ssize_t stream_read(struct stream *stream, char **data);

/* Appends bytes to the stream's input (reader.feed_data). Like a read, it invalidates the result of
 * the last read. Returns 0, UV_EPIPE if the stream is closed, or UV_ENOMEM, which then breaks the
 * stream. */
int stream_feed(struct stream *stream, const char *data, size_t size);

/*
 * Writing. Only stream_drain waits.
 */

/* Copies the bytes to the stream's output (writer.write). The copy holds the loop, as in asyncio:
 * 300 MB take about half a second. So write much data in parts, and call stream_drain after each.
 * Returns 0; UV_EPIPE if the stream is closed or half-closed; or the error that broke the stream,
 * which stream_drain returns too. */
int stream_write(struct stream *stream, const void *data, size_t size);

/* Writes a string without its NUL. */
int stream_write_text(struct stream *stream, const char *text);

/* If more than STREAM_HIGH_WATER bytes are pending, waits until no more than STREAM_LOW_WATER are
 * (writer.drain). Several tasks may wait. Returns 0 or the error that broke the stream. */
int stream_drain(struct stream *stream);

/* Tells the peer, after the pending output, that no more bytes will come (writer.write_eof). The
 * stream can still be read. Returns 0 or the error that broke the stream. */
int stream_half_close(struct stream *stream);

/*
 * Addresses as text, "127.0.0.1:8888" or "[::1]:8888". Each call returns 0, or a libuv error, and
 * then the text is "?".
 */

/* The address of the peer of a connected socket, given by its descriptor. */
int socket_peer_address(int socket, char address[STREAM_ADDRESS_SIZE]);

/* The address of the stream's peer (get_extra_info("peername")). */
int stream_peer_address(const struct stream *stream, char address[STREAM_ADDRESS_SIZE]);

/* The stream's own address (get_extra_info("sockname")). */
int stream_own_address(const struct stream *stream, char address[STREAM_ADDRESS_SIZE]);

/*
 * Serving
 */

/* A listening socket. */
struct listener {
    uv_poll_t poll;
    uv_loop_t *loop;
    int socket;
    bool open;    /* all zero is a closed listener */
    bool closing; /* a task is in listener_close */
    struct task_resource resource;
    bool polling;
    bool shortage_reported; /* since the last accepted connection */
    struct task_wait *waiter;
};

/* Listens at the first of the host's addresses that is available; port "0" picks a free port.
 * Returns 0, or the last address's error. After an error, and after a cancellation, there is
 * nothing to close. */
int listener_open(struct listener *listener, const char *host, const char *port);

/* The address at which it listens (server.sockets[0].getsockname). */
int listener_address(const struct listener *listener, char address[STREAM_ADDRESS_SIZE]);

/* Waits for the next connection (loop.sock_accept). Returns its socket, or an error. The caller
 * passes it to stream_open, or closes it with close. When descriptors or memory run out, reports
 * that on stderr, waits for a moment and tries again. A cancelled call accepts nothing. UV_EBADF:
 * the listener is closed. */
int listener_accept(struct listener *listener);

/* Connects and runs the protocol on the connection until it is closed (loop.create_connection).
 * Returns the error of stream_connect, or the result of manage. */
int protocol_connect(
    const char *host, const char *port, const struct protocol *protocol, void *context);

/* Runs the protocol on a stream that is open: makes the object, calls the protocol's functions and
 * closes the stream. Returns the result of manage. */
int protocol_run(struct stream *stream, const struct protocol *protocol, void *context);

/* Accepts connections, and runs the protocol on each in a task of its own, until it is cancelled or
 * accepting fails (loop.create_server and serve_forever). Then it cancels the connections' tasks
 * and waits until they have closed the connections. Returns UV_ECANCELED or accept's error. If a
 * deadline of the caller passes, it returns UV_ECANCELED too, because it accepts in a scope of its
 * own inside the caller's scope; the caller's scope_leave turns that into UV_ETIMEDOUT. */
int listener_serve(struct listener *listener, const struct protocol *protocol, void *context);

/* Stops listening. Its short wait for libuv cannot be cancelled. No task may be accepting, and no
 * other task closing it. From then on listener_accept returns UV_EBADF. Does nothing to a listener
 * that is closed. */
void listener_close(struct listener *listener);

__END_DECLS
