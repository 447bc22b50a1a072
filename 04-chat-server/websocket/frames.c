#include "04-chat-server/websocket/frames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/websocket/private.h"
#include "common/bytes.h"

#define MAX_CONTROL 125 /* bytes of a control frame's payload */

/*
 * The header
 */

static int opcode_of(const unsigned char *header)
{
    return header[0] & 0x0f;
}

static bool is_control(const unsigned char *header)
{
    return header[0] & 0x08;
}

static bool is_final(const unsigned char *header)
{
    return header[0] & 0x80;
}

static bool is_masked(const unsigned char *header)
{
    return header[1] & 0x80;
}

/* The number of bytes after the first two that hold a length above 125. */
static size_t length_bytes(const unsigned char *header)
{
    int length = header[1] & 0x7f;
    return length < 126 ? 0 : length == 126 ? 2 : 8;
}

static size_t header_size(const unsigned char *header)
{
    return 2 + length_bytes(header) + (is_masked(header) ? 4 : 0);
}

static uint64_t payload_size(const unsigned char *header)
{
    uint64_t size = 0;
    if (length_bytes(header) == 0)
        return header[1] & 0x7f;
    for (size_t i = 0; i < length_bytes(header); i++)
        size = size << 8 | header[2 + i];
    return size;
}

/* Returns 0, or the status that the connection has to be closed with. */
static int check_header(const struct websocket *socket)
{
    const struct frame_reader *reader = &socket->reader;
    const unsigned char *header = reader->header;
    uint64_t size = payload_size(header);
    size_t extra = length_bytes(header);
    bool continues = opcode_of(header) == 0;
    if ((header[0] & 0x70) || !is_masked(header))
        return LWS_CLOSE_STATUS_PROTOCOL_ERR;
    if (is_control(header))
        return opcode_of(header) > FRAME_PONG || !is_final(header) || extra > 0
                   ? LWS_CLOSE_STATUS_PROTOCOL_ERR
                   : 0;
    if (opcode_of(header) > 2 || continues != reader->is_fragmented || (extra == 2 && size < 126) ||
        (extra == 8 && size <= UINT16_MAX) || size >> 63)
        return LWS_CLOSE_STATUS_PROTOCOL_ERR;
    if (size > (uint64_t)socket->server->options.max_message - reader->message)
        return LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE;
    return 0;
}

/*
 * Control frames
 */

/* Does what mempcpy does, which macOS lacks. */
static unsigned char *append(unsigned char *out, const void *data, size_t size)
{
    memcpy(out, data, size);
    return out + size;
}

static unsigned char *append_end(struct websocket *socket, unsigned char *out, int status)
{
    char digits[8];
    int size = snprintf(digits, sizeof(digits), "%04d", status);
    const unsigned char header[] = {0x80 | FRAME_PONG, (unsigned char)(0x80 | size), 0, 0, 0, 0};
    socket->reader.ended = true;
    out = append(out, header, sizeof(header));
    return append(out, digits, (size_t)size);
}

static bool may_be_sent(int status)
{
    return (status >= 1000 && status <= 1014 && status != 1004 && status != 1005 &&
               status != 1006) ||
           (status >= 3000 && status <= 4999);
}

/* Returns the status that answers a close frame. */
static int answer_to_close(const char *payload, size_t size)
{
    if (size == 0)
        return LWS_CLOSE_STATUS_NO_STATUS;
    int status = size == 1 ? 0 : (unsigned char)payload[0] << 8 | (unsigned char)payload[1];
    if (!may_be_sent(status))
        return LWS_CLOSE_STATUS_PROTOCOL_ERR;
    return bytes_are_utf8(payload + 2, size - 2) ? status : LWS_CLOSE_STATUS_INVALID_PAYLOAD;
}

static void answer_ping(struct websocket *socket, const char *payload, size_t size)
{
    if (!websocket_is_open(socket))
        return;
    int error = websocket_enqueue_frame(socket, FRAME_PONG, payload, size);
    if (error)
        websocket_fail(socket, error);
    else
        websocket_schedule_flush(socket);
}

static unsigned char *finish_control(struct websocket *socket, unsigned char *out)
{
    struct frame_reader *reader = &socket->reader;
    const unsigned char *mask = reader->header + reader->header_size - 4;
    size_t size = reader->control_size;
    for (size_t i = 0; i < size && is_masked(reader->header); i++)
        reader->control[i] = (char)(reader->control[i] ^ mask[i % 4]);
    if (opcode_of(reader->header) == FRAME_PING)
        answer_ping(socket, reader->control, size);
    if (opcode_of(reader->header) == FRAME_CLOSE) {
        reader->peer_closed = true;
        out = append_end(socket, out, answer_to_close(reader->control, size));
    }
    free(reader->control);
    reader->control = NULL;
    reader->control_size = 0;
    return out;
}

/*
 * Frames
 */

/* Whether to collect the frame's payload. After an invalid frame, only a close frame matters. */
static bool is_collected(const struct frame_reader *reader)
{
    return is_control(reader->header) && reader->left <= MAX_CONTROL &&
           (!reader->ended || opcode_of(reader->header) == FRAME_CLOSE);
}

static unsigned char *start_frame(struct websocket *socket, unsigned char *out)
{
    struct frame_reader *reader = &socket->reader;
    int status = reader->ended ? 0 : check_header(socket);
    if (status)
        out = append_end(socket, out, status);
    reader->left = payload_size(reader->header);
    reader->use = is_collected(reader) ? COLLECTED : reader->ended ? SKIPPED : FOR_LIBWEBSOCKETS;
    if (reader->use == COLLECTED && reader->left > 0) {
        reader->control = malloc(reader->left);
        if (!reader->control) {
            reader->use = SKIPPED;
            return append_end(socket, out, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION);
        }
    }
    if (reader->use != FOR_LIBWEBSOCKETS)
        return out;
    reader->is_fragmented = !is_final(reader->header);
    reader->message = reader->is_fragmented ? reader->message + reader->left : 0;
    return append(out, reader->header, reader->header_size);
}

/* Takes the next bytes of the payload; returns how many. */
static size_t take_payload(
    struct websocket *socket, const unsigned char *in, size_t size, unsigned char **out)
{
    struct frame_reader *reader = &socket->reader;
    size_t taken = size < reader->left ? size : (size_t)reader->left;
    if (reader->use == COLLECTED) {
        memcpy(reader->control + reader->control_size, in, taken);
        reader->control_size += (unsigned char)taken;
    } else if (reader->use == FOR_LIBWEBSOCKETS) {
        memmove(*out, in, taken);
        *out += taken;
    }
    reader->left -= taken;
    return taken;
}

/* Adds the next byte to the header; returns whether it is complete. */
static bool add_to_header(struct frame_reader *reader, unsigned char byte)
{
    reader->header[reader->header_size++] = byte;
    return reader->header_size >= 2 && reader->header_size == header_size(reader->header);
}

ssize_t frames_filter(struct websocket *socket, unsigned char *data, size_t size)
{
    static const unsigned char nothing[] = {0x80 | FRAME_PONG, 0x80, 0, 0, 0, 0};
    struct frame_reader *reader = &socket->reader;
    const unsigned char *in = data + FRAMES_ROOM, *end = in + size;
    unsigned char *out = data;
    websocket_note_activity(socket);
    while (in < end && !reader->peer_closed) {
        if (reader->in_payload)
            in += take_payload(socket, in, (size_t)(end - in), &out);
        else if (add_to_header(reader, *in++)) {
            reader->in_payload = true;
            out = start_frame(socket, out);
        }
        if (!reader->in_payload || reader->left > 0)
            continue;
        if (reader->use == COLLECTED)
            out = finish_control(socket, out);
        reader->in_payload = false;
        reader->header_size = 0;
    }
    if (out == data)
        out = append(out, nothing, sizeof(nothing));
    return out - data;
}
