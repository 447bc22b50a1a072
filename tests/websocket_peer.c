#include "websocket_peer.h"

#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

/* Ignores a connection closed by the other end: the next read shows it. */
static void send_all(int peer, const void *data, size_t size)
{
    const char *from = data;
    while (size > 0) {
        ssize_t sent = send(peer, from, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return;
        from += sent;
        size -= (size_t)sent;
    }
}

static bool receive_all(int peer, void *data, size_t size)
{
    char *to = data;
    while (size > 0) {
        ssize_t received = recv(peer, to, size, 0);
        if (received < 0 && errno == EINTR)
            continue;
        if (received <= 0)
            return false;
        to += received;
        size -= (size_t)received;
    }
    return true;
}

/*
 * The handshake
 */

int peer_request(int port, const char *request)
{
    int peer = connect_to(port);
    send_all(peer, request, strlen(request));
    return peer;
}

int peer_answer(int peer, char head[4096])
{
    char text[4096];
    size_t size = 0;
    do {
        ck_assert_uint_lt(size, sizeof(text) - 1);
        if (!receive_all(peer, text + size, 1))
            return 0;
        text[++size] = '\0';
    } while (size < 4 || strcmp(text + size - 4, "\r\n\r\n") != 0);
    if (head)
        memcpy(head, text, size + 1);
    return atoi(text + strlen("HTTP/1.1 "));
}

void peer_handshake(int peer, const char *path)
{
    char request[512];
    int on = 1; /* or a message could wait 40 ms for the server to acknowledge the last one */
    ck_assert_int_eq(setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), 0);
    int size = snprintf(request, sizeof(request),
        "GET %s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Accept-Language: pt-BR\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        path);
    send_all(peer, request, (size_t)size);
    ck_assert_int_eq(peer_answer(peer, NULL), 101);
}

int peer_connect(int port, const char *path)
{
    int peer = connect_to(port);
    peer_handshake(peer, path);
    return peer;
}

/*
 * Frames
 */

static size_t make_head(unsigned char head[14], int opcode, size_t size)
{
    size_t length = 2;
    int bytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
    head[0] = (unsigned char)opcode;
    head[1] = 0x80 | (unsigned char)(bytes == 0 ? size : bytes == 2 ? 126 : 127);
    for (int i = bytes - 1; i >= 0; i--)
        head[length++] = (unsigned char)((uint64_t)size >> (8 * i));
    memcpy(head + length, "mask", 4);
    return length + 4;
}

void peer_send(int peer, int opcode, const void *data, size_t size)
{
    unsigned char *frame = malloc(14 + size);
    ck_assert_ptr_nonnull(frame);
    size_t length = make_head(frame, opcode, size);
    for (size_t i = 0; i < size; i++)
        frame[length + i] = (unsigned char)((const char *)data)[i] ^ (unsigned char)"mask"[i % 4];
    send_all(peer, frame, length + size);
    free(frame);
}

void peer_send_text(int peer, const char *text)
{
    peer_send(peer, FINAL | TEXT, text, strlen(text));
}

bool peer_read(int peer, struct frame *frame)
{
    unsigned char head[10];
    if (!receive_all(peer, head, 2))
        return false;
    ck_assert_int_eq(head[1] & 0x80, 0); /* a server does not mask */
    int bytes = head[1] < 126 ? 0 : head[1] == 126 ? 2 : 8;
    frame->opcode = head[0];
    frame->size = bytes ? 0 : head[1];
    if (!receive_all(peer, head + 2, (size_t)bytes))
        return false;
    for (int i = 0; i < bytes; i++)
        frame->size = frame->size << 8 | head[2 + i];
    ck_assert_uint_lt(frame->size, sizeof(frame->data));
    frame->data[frame->size] = '\0';
    return receive_all(peer, frame->data, frame->size);
}

bool peer_read_message(int peer, struct frame *frame)
{
    while (peer_read(peer, frame)) {
        if (frame->opcode != (FINAL | PING))
            return true;
        peer_send(peer, FINAL | PONG, frame->data, frame->size);
    }
    return false;
}

bool peer_has_ended(int peer)
{
    static struct frame frame;
    return !peer_read(peer, &frame);
}

int peer_ending(int peer, int *messages)
{
    static struct frame frame;
    int status = 0, count = 0;
    while (peer_read(peer, &frame)) {
        if (frame.opcode == (FINAL | TEXT))
            count++;
        if (frame.opcode != (FINAL | CLOSE))
            continue;
        status =
            frame.size < 2 ? 0 : (unsigned char)frame.data[0] << 8 | (unsigned char)frame.data[1];
        peer_send(peer, FINAL | CLOSE, frame.data, frame.size);
    }
    close(peer);
    if (messages)
        *messages = count;
    return status;
}
