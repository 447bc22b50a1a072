#include "04-chat-server/websocket/incoming.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "04-chat-server/websocket/frames.h"

/* Those of the process's clients, by their sockets. libwebsockets passes nothing else to recv. */
static struct incoming **by_socket;
static size_t sockets;

static struct incoming *find(int socket)
{
    return socket >= 0 && (size_t)socket < sockets ? by_socket[socket] : NULL;
}

static bool has_room_for(int socket)
{
    size_t count = sockets ? sockets : 64;
    while (count <= (size_t)socket)
        count *= 2;
    if (count == sockets)
        return true;
    struct incoming **grown = realloc(by_socket, count * sizeof(void *));
    if (!grown)
        return false;
    memset(grown + sockets, 0, (count - sockets) * sizeof(void *));
    by_socket = grown;
    sockets = count;
    return true;
}

struct incoming *incoming_open(int socket)
{
    struct incoming *incoming = has_room_for(socket) ? calloc(1, sizeof(*incoming)) : NULL;
    if (!incoming)
        return NULL;
    incoming->socket = socket;
    by_socket[socket] = incoming;
    return incoming;
}

void incoming_close(struct incoming *incoming)
{
    if (find(incoming->socket) == incoming) /* the socket's number may be in use again */
        by_socket[incoming->socket] = NULL;
    free(incoming->head);
    free(incoming);
}

/*
 * Reading
 */

/* Reads from the socket, or from its TLS session unless NULL. Returns what recv or SSL_read do, and
 * may only peek, as recv does with MSG_PEEK. */
static ssize_t read_some(int socket, SSL *tls, void *data, size_t size, bool peek)
{
    size_t count = 0;
    if (!tls)
        return recvfrom(socket, data, size, peek ? MSG_PEEK : 0, NULL, NULL);
    return (peek ? SSL_peek_ex : SSL_read_ex)(tls, data, size, &count) == 1 ? (ssize_t)count : -1;
}

static bool reserve(struct incoming *incoming)
{
    if (incoming->size < incoming->capacity)
        return true;
    size_t capacity = incoming->capacity ? 2 * incoming->capacity : 1024;
    char *grown = realloc(incoming->head, capacity);
    if (!grown)
        return false;
    incoming->head = grown;
    incoming->capacity = capacity;
    return true;
}

/* What has been read of the head is complete, or too long: writes what libwebsockets gets. */
static ssize_t finish_head(
    struct incoming *incoming, bool is_whole, bool is_last, char rewritten[MAX_REWRITTEN])
{
    size_t size =
        request_rewrite(incoming->head, incoming->size, is_last, rewritten, &incoming->refusal);
    if (!is_whole)
        incoming->refusal = &refusal_long_header;
    free(incoming->head);
    incoming->head = NULL;
    incoming->size = incoming->capacity = 0;
    incoming->scan = (struct request_scan){0};
    return (ssize_t)size;
}

/* Reads to the end of the head and no further: the next request stays in the socket until
 * libwebsockets has answered this one. What has arrived of an incomplete head is stored here: left
 * in the socket, it would wake the loop again and again. */
static ssize_t read_request(struct incoming *incoming, SSL *tls, char rewritten[MAX_REWRITTEN])
{
    size_t ended = 0;
    while (!ended && incoming->size < MAX_REQUEST) {
        if (!reserve(incoming)) {
            errno = ENOMEM;
            return -1;
        }
        char *end = incoming->head + incoming->size;
        size_t room = incoming->capacity - incoming->size;
        ssize_t arrived = read_some(incoming->socket, tls, end, room, true);
        if (arrived <= 0)
            return arrived;
        ended = request_scan(&incoming->scan, end, (size_t)arrived);
        arrived = read_some(incoming->socket, tls, end, ended ? ended : (size_t)arrived, false);
        if (arrived <= 0)
            return arrived;
        incoming->size += (size_t)arrived;
    }
    bool is_last = tls && SSL_pending(tls) > 0; /* libwebsockets would not come back for it */
    return finish_head(incoming, ended > 0, is_last, rewritten);
}

/* libwebsockets reads while it answers, but would take the next request for a part of this one, and
 * the end of a half-closed connection for a reason to stop. So it is told that nothing has arrived.
 * What has arrived stays in the socket; over TLS it cannot, so the connection ends after the
 * answer, and the client repeats its request (RFC 9112, 9.3.2). */
static ssize_t wait_for_answer(struct incoming *incoming, SSL *tls)
{
    char discarded[1024];
    ssize_t arrived = -1;
    errno = EAGAIN;
    for (size_t size = 0; tls && size < MAX_REQUEST; size += (size_t)arrived) {
        arrived = read_some(incoming->socket, tls, discarded, sizeof(discarded), false);
        if (arrived <= 0)
            break;
        incoming->is_last = true;
    }
    return arrived > 0 ? -1 : arrived;
}

/* libwebsockets reads frames into its workspace (context.c). Over TLS it may ask for only the few
 * bytes that are left of a record: there is always room for more. */
static ssize_t read_frames(struct incoming *incoming, SSL *tls, unsigned char *data, size_t size)
{
    size_t most = size > 2 * FRAMES_ROOM ? size - FRAMES_ROOM : size;
    ssize_t arrived = read_some(incoming->socket, tls, data + FRAMES_ROOM, most, false);
    return arrived > 0 ? frames_filter(incoming->client, data, (size_t)arrived) : arrived;
}

static ssize_t read_incoming(int socket, SSL *tls, void *data, size_t size)
{
    struct incoming *incoming = find(socket);
    if (!incoming)
        return read_some(socket, tls, data, size, false);
    if (incoming->client)
        return read_frames(incoming, tls, data, size);
    if (incoming->is_answering)
        return wait_for_answer(incoming, tls);
    if (size >= MAX_REWRITTEN)
        return read_request(incoming, tls, data);
    errno = EMSGSIZE; /* libwebsockets reads requests into its workspace, which is larger */
    return -1;
}

/*
 * What libwebsockets calls
 */

ssize_t recv(int socket, void *data, size_t size, int flags)
{
    if (flags)
        return recvfrom(socket, data, size, flags, NULL, NULL);
    return read_incoming(socket, NULL, data, size);
}

int SSL_read(SSL *tls, void *data, int size)
{
    return (int)read_incoming(SSL_get_fd(tls), tls, data, (size_t)size);
}
