/*
 * TCP for tasks: asyncio's open_connection, start_server, StreamReader, StreamWriter and Protocol.
 *
 * A stream is a connected socket. One task may read it while another writes. What is written in
 * one pass of the loop leaves in one send at the pass's end, or earlier above the high water mark.
 *
 * Errors are libuv's: UV_ECONNRESET, UV_EPIPE, UV_ECONNREFUSED, UV_EADDRINUSE, ... Any call that
 * waits may also return UV_ECANCELED or UV_ETIMEDOUT, and any that stores bytes UV_ENOMEM. When the
 * connection itself has failed, every later call returns that failure again.
 */
#pragma once

#include <sys/types.h>

#include "common/buffer.h"
#include "common/task.h"

#define STREAM_LINE_LIMIT (64 * 1024) /* bytes of the longest line, its newline included */
#define STREAM_HIGH_WATER (64 * 1024) /* above so many pending bytes stream_drain waits ... */
#define STREAM_LOW_WATER (16 * 1024)  /* ... until no more than so many are left */
#define STREAM_LINGER 2.0             /* seconds that stream_close grants to what is pending */
#define STREAM_ADDRESS_SIZE 64        /* holds any "[address]:port" and its NUL */

struct stream;

/* An object that is told what happens to its connection (asyncio.Protocol). Each function may be
 * NULL; self is the object, made anew for each connection. Only manage may wait. */
struct protocol {
    size_t size; /* of the object, which is all zero in connection_made */
    void (*connection_made)(void *self, struct stream *stream, void *context);
    /* The connection's task: when it returns, the connection is closed. NULL reads to the end. */
    int (*manage)(void *self);
    /* Bytes have arrived, because the task reads. What it gives to stream_feed, the task's reader
     * gets; NULL feeds all. */
    void (*data_received)(void *self, const char *data, size_t size);
    /* The last call. error is what manage returned: 0 after a regular end. */
    void (*connection_lost)(void *self, int error);
};

struct stream {
    uv_poll_t poll;
    uv_loop_t *loop;
    int socket;       /* -1: closed */
    int error;        /* what broke the connection, or 0 */
    int events;       /* what is polled: UV_READABLE, UV_WRITABLE */
    bool polling;     /* poll is initialized, so has to be closed */
    bool readable;    /* a recv may find something */
    bool ended;       /* the peer will send no more */
    bool half_closed; /* no more may be written ... */
    bool shut;        /* ... and the peer has been told */
    bool closing;     /* stream_close has begun, and waits */
    unsigned turns;   /* receives without a wait before */
    char after_line;  /* the byte that the NUL behind the last line stands for */
    char *line_end;   /* where that NUL is, or NULL */
    struct buffer input, output;
    size_t line_limit; /* STREAM_LINE_LIMIT, until set otherwise */
    struct task_wait *reader, *writer;
    size_t low_water; /* the writer waits until no more is pending */
    struct loop_callback flush;
    const struct protocol *protocol;
    void *object;
};

/* Connects to the first address of host that answers (asyncio.open_connection). Returns 0, or the
 * last address's error; then there is nothing to close: when cancelled, it gives up what it had
 * begun. */
int stream_connect(struct stream *stream, const char *host, const char *port);

/* Makes a stream of a connected socket, which it owns from then on. */
void stream_open(struct stream *stream, int socket);

/* From here on what arrives is told to protocol->data_received, for the object self (the reader
 * half of create_connection); its other functions are the caller's to call. */
void stream_set_protocol(struct stream *stream, const struct protocol *protocol, void *self);

/* Sends what is pending, for at most STREAM_LINGER seconds and even when cancelled, and closes
 * the socket (writer.close, wait_closed). No other task may wait for it, nor close it meanwhile;
 * reads find its end from now on. One that is closed is left as it is. */
void stream_close(struct stream *stream);

/*
 * Reading. What *line or *data points to is the stream's, has a NUL behind it, and lives until the
 * next read of the stream, whatever is waited for in between. It may be written to.
 */

/* One line, with its newline; the last one may have none (reader.readline). Returns its length, 0
 * at the end of the stream, or UV_EMSGSIZE if it is longer than stream->line_limit: what had come
 * of it is dropped, and what follows is read as a new line. */
ssize_t stream_read_line(struct stream *stream, char **line);

/* Exactly size bytes (reader.readexactly). Returns size, or UV_EOF if the stream ends before: what
 * there is can still be read otherwise. */
ssize_t stream_read_exactly(struct stream *stream, char **data, size_t size);

/* What there is, at least one byte (reader.read). Returns the count, or 0 at the end of the stream.
 */
ssize_t stream_read(struct stream *stream, char **data);

/* Appends bytes to what is to be read (reader.feed_data). Like a read, it ends the life of what the
 * last one gave. Returns 0, or UV_ENOMEM: that the stream's next calls return too. */
int stream_feed(struct stream *stream, const char *data, size_t size);

/*
 * Writing. Never waits; the bytes are copied. Returns 0, or why they could not be taken: the next
 * stream_drain returns that too.
 */

int stream_write(struct stream *stream, const void *data, size_t size); /* writer.write */
int stream_write_text(struct stream *stream, const char *text);

/* Waits until no more than STREAM_LOW_WATER bytes are pending, if there were more than
 * STREAM_HIGH_WATER (writer.drain). */
int stream_drain(struct stream *stream);

/* Sends what is pending, then tells the peer that no more comes (writer.write_eof); reading goes
 * on. Does not wait. */
int stream_half_close(struct stream *stream);

/*
 * Addresses, as "127.0.0.1:8888" or "[::1]:8888" (get_extra_info("peername"), ("sockname")). They
 * return 0 or libuv's error, and then the text "?".
 */

int stream_peer_address(const struct stream *stream, char address[STREAM_ADDRESS_SIZE]);
int stream_own_address(const struct stream *stream, char address[STREAM_ADDRESS_SIZE]);

/*
 * Serving
 */

/* A socket that listens. */
struct listener {
    uv_poll_t poll;
    uv_loop_t *loop;
    int socket;
    bool polling;
    size_t accepted;
    bool short_of; /* of descriptors or memory, and this has been said */
    struct task_wait *waiter;
};

/* Listens at the first address of host that can be had; port "0" picks a free one. */
int listener_open(struct listener *listener, const char *host, const char *port);

/* Where it listens. */
int listener_address(const struct listener *listener, char address[STREAM_ADDRESS_SIZE]);

/* Waits for the next connection; returns its socket, or an error. Out of descriptors or memory, it
 * says so on stderr, waits for a moment and goes on. */
int listener_accept(struct listener *listener);

/* Connects, and runs the protocol on the connection until it is closed (loop.create_connection).
 * context is handed to connection_made. Returns why it could not connect, or what manage returned.
 */
int protocol_connect(
    const struct protocol *protocol, void *context, const char *host, const char *port);

/* Runs the protocol on a stream: makes the object, calls its functions, closes the stream. Returns
 * what manage returned. */
int protocol_run(const struct protocol *protocol, void *context, struct stream *stream);

/* Accepts until cancelled: each connection gets a task, an object and the calls of its protocol
 * (loop.create_server and serve_forever). context is handed to connection_made. Returns what ended
 * it; by then all connections are closed. */
int listener_serve(struct listener *listener, const struct protocol *protocol, void *context);

/* Stops listening. One that is closed is left as it is. */
void listener_close(struct listener *listener);
