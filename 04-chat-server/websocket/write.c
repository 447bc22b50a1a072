/* What is sent to a client waits in its backlog, as the frames that go on the wire, and is written
 * at the end of the pass. */
#include <string.h>

#include "04-chat-server/websocket/private.h"
#include "common/trace.h"

#define BACKLOG ((size_t)2 * 1024 * 1024) /* bytes that wait for a client before it is dropped */
#define PIECE ((size_t)64 * 1024)         /* of it, that libwebsockets is given at once */

/*
 * Frames (RFC 6455, 5.2)
 */

#define HEAD 10 /* bytes of the longest head of a frame */

static size_t make_head(unsigned char head[HEAD], int opcode, size_t size)
{
    size_t bytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
    head[0] = (unsigned char)(0x80 | opcode); /* the last one of its message */
    head[1] = (unsigned char)(bytes == 0 ? size : bytes == 2 ? 126 : 127);
    for (size_t i = 0; i < bytes; i++)
        head[2 + i] = (unsigned char)((uint64_t)size >> (8 * (bytes - 1 - i)));
    return 2 + bytes;
}

int websocket_append_frame(struct buffer *buffer, int opcode, const char *payload, size_t size)
{
    unsigned char head[HEAD];
    size_t length = make_head(head, opcode, size);
    int error = buffer_reserve(buffer, length + size);
    if (error)
        return error;
    buffer_append(buffer, head, length);
    return buffer_append(buffer, payload, size);
}

/* The length of a frame's head; *size receives that of the whole frame. */
static size_t measure(const char *frame, size_t *size)
{
    const unsigned char *head = (const unsigned char *)frame;
    size_t length = head[1] < 126 ? 2 : head[1] == 126 ? 4 : 10;
    size_t payload = length == 2 ? head[1] : 0;
    for (size_t i = 2; i < length; i++)
        payload = payload << 8 | head[i];
    *size = length + payload;
    return length;
}

static int opcode_of(const char *frame)
{
    return frame[0] & 0x0f;
}

/* Returns how many of the bytes are libwebsockets' or the socket's now, whole frames; or -1.
 *
 * The author of libwebsockets advises against LWS_WRITE_RAW on a WebSocket. In 4.1.6 it sends the
 * bytes as they are, many frames in one call; tests/test_04_fanout.c pins what arrives. It must not
 * be mixed with HTTP/2 (which is off), extensions or fragments (we have none). `CHAT_WRITE=classic
 * make` does without, but for the goodbye: a message a call, in front of which libwebsockets writes
 * the head that is there already. */
static ssize_t write_some(struct lws *connection, char *frames, size_t size)
{
    enum lws_write_protocol way = LWS_WRITE_RAW;
    size_t head = 0;
    if (!WRITES_AT_ONCE && opcode_of(frames) != FRAME_CLOSE) {
        head = measure(frames, &size);
        way = opcode_of(frames) == FRAME_PING ? LWS_WRITE_PING : LWS_WRITE_TEXT;
    }
    int written = lws_write(connection, (unsigned char *)frames + head, size - head, way);
    return written < 0 ? -1 : (ssize_t)size;
}

/*
 * The backlog
 */

static bool is_choked(const struct websocket *socket)
{
    return lws_partial_buffered(socket->connection);
}

static void count_waiting(struct websocket *socket)
{
    size_t waiting = buffer_size(&socket->backlog) + (is_choked(socket) ? socket->handed : 0);
    socket->server->counts.waiting += waiting - socket->waiting;
    socket->waiting = waiting;
}

/* Many who read nothing may have too much together. Then nobody gets more than a part as large as
 * everybody's; who has little goes on. */
static bool is_too_much(struct websocket *socket, size_t size)
{
    const struct websocket_server *server = socket->server;
    size_t all = (size_t)server->options.unread;
    count_waiting(socket);
    size_t waiting = socket->waiting + size;
    return waiting > BACKLOG ||
           (server->counts.waiting + size > all && waiting > all / server->count);
}

int websocket_keep(struct websocket *socket, const char *frames, size_t size)
{
    if (is_too_much(socket, size))
        return UV_ENOBUFS;
    int error = buffer_append(&socket->backlog, frames, size);
    count_waiting(socket);
    return error;
}

int websocket_keep_frame(struct websocket *socket, int opcode, const char *payload, size_t size)
{
    if (is_too_much(socket, size))
        return UV_ENOBUFS;
    int error = websocket_append_frame(&socket->backlog, opcode, payload, size);
    count_waiting(socket);
    return error;
}

void websocket_write_soon(struct websocket *socket)
{
    if (socket->is_unsent)
        return;
    socket->is_unsent = true;
    LIST_INSERT_HEAD(&socket->server->unsent, socket, unsent);
    websocket_server_write_soon(socket->server);
}

static void forget_unsent(struct websocket *socket)
{
    if (socket->is_unsent)
        LIST_REMOVE(socket, unsent);
    socket->is_unsent = false;
}

void websocket_drop_backlog(struct websocket *socket)
{
    forget_unsent(socket);
    buffer_free(&socket->backlog);
    socket->handed = 0; /* it goes with the connection */
    count_waiting(socket);
}

/*
 * Writing
 */

/* Hands frames over; what the socket did not take, libwebsockets keeps, and asks by itself to be
 * told when it takes more. Until then nothing more is handed over: here it is counted. */
static ssize_t hand_over(struct websocket *socket, char *frames, size_t size)
{
    ssize_t taken = write_some(socket->connection, frames, size);
    socket->handed = taken < 0 ? 0 : (size_t)taken;
    if (taken > 0)
        trace_mark(socket->server->loop, "ws send", (size_t)taken);
    return taken;
}

/* So many bytes that none of it is cut, and what libwebsockets keeps of it is soon told from what
 * the socket has taken. */
static size_t whole_frames(const char *frames, size_t size)
{
    size_t end = 0, frame;
    while (end < PIECE && end < size) {
        measure(frames + end, &frame);
        end += frame;
    }
    return end;
}

/* libwebsockets closes by itself what sends no frames, and tells nobody before it has ended. */
static bool is_over(const struct websocket *socket)
{
    return lws_get_close_length(socket->connection) > 0;
}

int websocket_writable(struct websocket *socket)
{
    struct buffer *backlog = &socket->backlog;
    while (!socket->said_goodbye && buffer_size(backlog) > 0 && !is_choked(socket)) {
        char *frames = backlog->data + backlog->start;
        ssize_t taken = hand_over(socket, frames, whole_frames(frames, buffer_size(backlog)));
        if (taken < 0)
            return -1;
        buffer_consume(backlog, (size_t)taken);
    }
    count_waiting(socket);
    if (socket->said_goodbye || buffer_size(backlog) > 0)
        return 0;
    buffer_free(backlog);
    socket->said_goodbye = socket->status != 0; /* it was the last of it */
    return 0;
}

void websocket_write_backlog(struct websocket *socket)
{
    forget_unsent(socket);
    if (is_over(socket))
        websocket_fall_silent(socket);
    else if (is_choked(socket))
        return;
    else if (!WRITES_AT_ONCE)
        lws_callback_on_writable(socket->connection);
    else if (websocket_writable(socket))
        websocket_cut(socket);
}

bool websocket_is_clear(const struct websocket *socket)
{
    return WRITES_AT_ONCE && buffer_size(&socket->backlog) == 0 && !is_choked(socket) &&
           !is_over(socket);
}

void websocket_write_frames(struct websocket *socket, char *frames, size_t size)
{
    if (hand_over(socket, frames, size) < 0)
        websocket_cut(socket);
    else if (is_choked(socket))
        count_waiting(socket);
}
