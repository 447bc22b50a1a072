/* A client's output: frames that are pending until the end of the iteration, and how they are
 * written. Nothing here ends a connection; errors are returned to the caller. */
#include "04-chat-server/websocket/private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "common/trace.h"

#define MAX_PENDING ((size_t)2 * 1024 * 1024) /* bytes pending for one client */
#define MAX_WRITE ((size_t)64 * 1024) /* bytes given to libwebsockets at once, or one frame */

/*
 * Frames (RFC 6455, 5.2)
 */

#define MAX_HEADER 10 /* bytes */

static size_t make_header(unsigned char header[MAX_HEADER], int opcode, size_t size)
{
    size_t bytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
    header[0] = (unsigned char)(0x80 | opcode); /* the last frame of its message */
    header[1] = (unsigned char)(bytes == 0 ? size : bytes == 2 ? 126 : 127);
    for (size_t i = 0; i < bytes; i++)
        header[2 + i] = (unsigned char)((uint64_t)size >> (8 * (bytes - 1 - i)));
    return 2 + bytes;
}

int websocket_append_frame(struct buffer *buffer, int opcode, const char *payload, size_t size)
{
    unsigned char header[MAX_HEADER];
    size_t length = make_header(header, opcode, size);
    int error = buffer_reserve(buffer, length + size);
    if (error)
        return error;
    buffer_append(buffer, header, length);
    return buffer_append(buffer, payload, size);
}

/* Returns the length of a frame's header, and the size of the whole frame in *size. */
static size_t parse_header(const char *frame, size_t *size)
{
    const unsigned char *header = (const unsigned char *)frame;
    size_t length = header[1] < 126 ? 2 : header[1] == 126 ? 4 : 10;
    size_t payload = length == 2 ? header[1] : 0;
    for (size_t i = 2; i < length; i++)
        payload = payload << 8 | header[i];
    *size = length + payload;
    return length;
}

static int opcode_of(const char *frame)
{
    return frame[0] & 0x0f;
}

/* Returns how many bytes, whole frames, libwebsockets or the kernel has taken; or -1.
 * libwebsockets' author advises against LWS_WRITE_RAW on a WebSocket. 4.1 and 4.3 send the bytes
 * unchanged, many frames in one call; tests/test_04_fanout.c checks what arrives. It must not be
 * mixed with HTTP/2 (which is off), extensions or fragments (we use neither). `CHAT_WRITE=classic
 * make` uses it for the close frame only: other messages are written one per call, and
 * libwebsockets writes its own header over ours. */
static ssize_t write_some(struct lws *connection, char *frames, size_t size)
{
    enum lws_write_protocol protocol = LWS_WRITE_RAW;
    size_t header = 0;
    if (!WRITES_AT_ONCE && opcode_of(frames) != FRAME_CLOSE) {
        header = parse_header(frames, &size);
        protocol = opcode_of(frames) == FRAME_PING   ? LWS_WRITE_PING
                   : opcode_of(frames) == FRAME_PONG ? LWS_WRITE_PONG
                                                     : LWS_WRITE_TEXT;
    }
    int written = lws_write(connection, (unsigned char *)frames + header, size - header, protocol);
    return written < 0 ? -1 : (ssize_t)size;
}

/*
 * Queueing
 */

/* Whether libwebsockets still holds what the kernel has not taken. */
static bool is_blocked(const struct websocket *socket)
{
    return lws_partial_buffered(socket->connection);
}

static void update_counts(struct websocket *socket)
{
    size_t pending = buffer_size(&socket->output) + (is_blocked(socket) ? socket->buffered : 0);
    socket->server->counts.waiting += pending - socket->counted;
    if (socket->address)
        socket->address->pending += pending - socket->counted;
    socket->counted = pending;
}

#define ADDRESSES 8 /* that have to reach their limit before it affects the others */

/* Above the limit for all clients together, a client may have no more than an equal share of that
 * limit pending: clients that read are not affected by those that do not. The same holds for the
 * clients of an address, whose limit is a part of that. */
static bool exceeds_limit(struct websocket *socket, size_t size)
{
    const struct websocket_server *server = socket->server;
    const struct address *address = socket->address;
    size_t limit = (size_t)server->options.unread, part = limit / ADDRESSES;
    update_counts(socket);
    size_t pending = socket->counted + size;
    if (pending > MAX_PENDING ||
        (server->counts.waiting + size > limit && pending > limit / server->count))
        return true;
    return address && address->pending + size > part && pending > part / address->connections;
}

int websocket_enqueue(struct websocket *socket, const char *frames, size_t size)
{
    if (exceeds_limit(socket, size))
        return UV_ENOBUFS;
    int error = buffer_append(&socket->output, frames, size);
    update_counts(socket);
    return error;
}

int websocket_enqueue_frame(struct websocket *socket, int opcode, const char *payload, size_t size)
{
    if (exceeds_limit(socket, size))
        return UV_ENOBUFS;
    int error = websocket_append_frame(&socket->output, opcode, payload, size);
    update_counts(socket);
    return error;
}

void websocket_server_schedule_flush(struct websocket_server *server)
{
    loop_at_end_of_iteration(server->loop, &server->end_of_iteration);
}

void websocket_schedule_flush(struct websocket *socket)
{
    if (socket->is_pending)
        return;
    socket->is_pending = true;
    LIST_INSERT_HEAD(&socket->server->pending, socket, pending_entry);
    websocket_server_schedule_flush(socket->server);
}

static void unschedule_flush(struct websocket *socket)
{
    if (socket->is_pending)
        LIST_REMOVE(socket, pending_entry);
    socket->is_pending = false;
}

void websocket_discard_output(struct websocket *socket)
{
    socket->close_sent = true;
    unschedule_flush(socket);
    buffer_free(&socket->output);
    socket->buffered = 0; /* libwebsockets frees it with the connection */
    update_counts(socket);
}

/*
 * Writing
 */

/* Gives frames to libwebsockets, which buffers those that the kernel does not take, and writes them
 * later by itself. Until then it gets no more frames, so that they count towards the client's
 * limit. */
static ssize_t hand_over(struct websocket *socket, char *frames, size_t size)
{
    ssize_t taken = write_some(socket->connection, frames, size);
    socket->buffered = taken < 0 ? 0 : (size_t)taken;
    if (taken > 0)
        trace_mark(socket->server->loop, "ws send", (size_t)taken);
    return taken;
}

/* Returns how much of the frames to write next: whole frames, so that none is split, and little
 * enough that libwebsockets' buffer is soon empty. */
static size_t next_write(const char *frames, size_t size)
{
    size_t end = 0, frame;
    while (end < MAX_WRITE && end < size) {
        parse_header(frames + end, &frame);
        end += frame;
    }
    return end;
}

int websocket_write_output(struct websocket *socket)
{
    struct buffer *output = &socket->output;
    while (!socket->close_sent && buffer_size(output) > 0 && !is_blocked(socket)) {
        char *frames = output->data + output->start;
        ssize_t taken = hand_over(socket, frames, next_write(frames, buffer_size(output)));
        if (taken < 0)
            return UV_EPIPE;
        buffer_consume(output, (size_t)taken);
    }
    update_counts(socket);
    if (socket->close_sent || buffer_size(output) > 0)
        return 0;
    buffer_free(output);
    socket->close_sent = socket->status != 0; /* the close frame was the last one */
    if (websocket_is_finished(socket))
        lws_callback_on_writable(socket->connection); /* which ends the connection */
    return 0;
}

void websocket_cork(int socket, bool corked)
{
#ifdef TCP_CORK
    int on = corked;
    setsockopt(socket, IPPROTO_TCP, TCP_CORK, &on, sizeof(on));
#else
    (void)socket, (void)corked;
#endif
}

static int flush(struct websocket *socket)
{
    if (is_blocked(socket))
        return 0; /* libwebsockets will call back */
    if (WRITES_AT_ONCE)
        return websocket_write_output(socket);
    lws_callback_on_writable(socket->connection);
    return 0;
}

int websocket_flush(struct websocket *socket)
{
    unschedule_flush(socket);
    int error = flush(socket);
    if (socket->is_corked)
        websocket_cork(lws_get_socket_fd(socket->connection), false);
    socket->is_corked = false;
    return error;
}

bool websocket_can_write(const struct websocket *socket)
{
    return WRITES_AT_ONCE && buffer_size(&socket->output) == 0 && !is_blocked(socket);
}

int websocket_write_frames(struct websocket *socket, char *frames, size_t size)
{
    if (hand_over(socket, frames, size) < 0)
        return UV_EPIPE;
    if (is_blocked(socket))
        update_counts(socket);
    return 0;
}
