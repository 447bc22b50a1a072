#include "04-chat-server/websocket/incoming.h"

#include <dlfcn.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <uv.h>

#include "04-chat-server/websocket/frames.h"

/* The process's clients, indexed by their sockets, because libwebsockets passes nothing else to
 * recv. */
static struct slot {
    struct incoming *incoming;
} * slots;
static size_t slot_count;

struct incoming *incoming_find(int socket)
{
    return socket >= 0 && (size_t)socket < slot_count ? slots[socket].incoming : NULL;
}

static bool reserve_slot(int socket)
{
    size_t count = slot_count ? slot_count : 64;
    while (count <= (size_t)socket)
        count *= 2;
    if (count == slot_count)
        return true;
    struct slot *grown = realloc(slots, count * sizeof(*grown));
    if (!grown)
        return false;
    memset(grown + slot_count, 0, (count - slot_count) * sizeof(*grown));
    slots = grown;
    slot_count = count;
    return true;
}

struct incoming *incoming_open(int socket, const struct origins *origins)
{
    struct incoming *incoming = reserve_slot(socket) ? calloc(1, sizeof(*incoming)) : NULL;
    if (!incoming)
        return NULL;
    incoming->socket = socket;
    incoming->origins = origins;
    slots[socket].incoming = incoming;
    return incoming;
}

void incoming_close(struct incoming *incoming)
{
    if (incoming_find(incoming->socket) == incoming) /* its number may be in use again */
        slots[incoming->socket].incoming = NULL;
    if (incoming->queue)
        TAILQ_REMOVE(incoming->queue, incoming, queue_entry);
    buffer_free(&incoming->stored);
    buffer_free(&incoming->head);
    free(incoming->path);
    free(incoming);
}

/*
 * Reading
 */

static ssize_t take_stored(struct buffer *stored, void *data, size_t size, bool peek)
{
    if (size > buffer_size(stored))
        size = buffer_size(stored);
    memcpy(data, stored->data + stored->start, size);
    if (!peek)
        buffer_consume(stored, size);
    if (buffer_size(stored) == 0)
        buffer_free(stored);
    return (ssize_t)size;
}

/* Reads from the socket, or from its TLS session unless NULL. Returns what recv or SSL_read would.
 * With peek, the data stays unread, as with MSG_PEEK. */
static ssize_t read_socket(int socket, SSL *tls, void *data, size_t size, bool peek)
{
    size_t count = 0;
    if (!tls)
        return recvfrom(socket, data, size, peek ? MSG_PEEK : 0, NULL, NULL);
    return (peek ? SSL_peek_ex : SSL_read_ex)(tls, data, size, &count) == 1 ? (ssize_t)count : -1;
}

/* Reads what is stored first. */
static ssize_t read_some(struct incoming *incoming, SSL *tls, void *data, size_t size, bool peek)
{
    return buffer_size(&incoming->stored) > 0
               ? take_stored(&incoming->stored, data, size, peek)
               : read_socket(incoming->socket, tls, data, size, peek);
}

/* Writes the request for libwebsockets, when the head is complete or too long. */
static ssize_t finish_head(struct incoming *incoming, bool is_whole, char rewritten[MAX_REWRITTEN])
{
    const struct buffer *head = &incoming->head;
    free(incoming->path);
    size_t size = request_rewrite(head->data + head->start, buffer_size(head), incoming->origins,
        rewritten, &incoming->path, &incoming->refusal);
    if (!is_whole)
        incoming->refusal = incoming->scan.lines == 0 ? &refusal_long_path : &refusal_long_header;
    buffer_free(&incoming->head);
    incoming->scan = (struct request_scan){0};
    return (ssize_t)size;
}

/* Stores the rest of a TLS record, which no event of the socket would report. Returns whether that
 * succeeded. */
static bool store_record(struct incoming *incoming, SSL *tls)
{
    char part[1024];
    while (SSL_pending(tls) > 0) {
        ssize_t arrived = read_socket(incoming->socket, tls, part, sizeof(part), false);
        if (arrived <= 0)
            return false;
        if (buffer_append(&incoming->stored, part, (size_t)arrived)) {
            errno = ENOMEM;
            return false;
        }
    }
    return true;
}

/* Reads to the end of the head and no further: the next request stays in the socket until
 * libwebsockets has answered this one. The first part of an incomplete head is stored here, because
 * in the socket it would wake the loop again and again. */
static ssize_t read_request(struct incoming *incoming, SSL *tls, char rewritten[MAX_REWRITTEN])
{
    struct buffer *head = &incoming->head;
    size_t ended = 0;
    while (!ended && buffer_size(head) < MAX_REQUEST) {
        char part[1024];
        size_t room = MAX_REQUEST - buffer_size(head);
        room = room < sizeof(part) ? room : sizeof(part);
        ssize_t arrived = read_some(incoming, tls, part, room, true);
        if (arrived <= 0)
            return arrived;
        ended = request_scan(&incoming->scan, part, (size_t)arrived);
        arrived = read_some(incoming, tls, part, ended ? ended : (size_t)arrived, false);
        if (arrived <= 0)
            return arrived;
        if (buffer_append(head, part, (size_t)arrived)) {
            errno = ENOMEM;
            return -1;
        }
    }
    if (tls && !store_record(incoming, tls))
        return -1;
    return finish_head(incoming, ended > 0, rewritten);
}

/* A callback of the socket's BIO, which then does not read. */
static long refuse_read(BIO *bio, int operation, const char *data, size_t size, int argument,
    long number, int result, size_t *processed)
{
    (void)data, (void)size, (void)argument, (void)number, (void)processed;
    if (operation != BIO_CB_READ)
        return result;
    BIO_set_retry_read(bio);
    return -1;
}

/* Fails as SSL_read does when nothing has arrived, because libwebsockets asks SSL_get_error why it
 * has failed. Nothing may be pending. */
static ssize_t read_nothing(SSL *tls)
{
    char byte;
    BIO_set_callback_ex(SSL_get_rbio(tls), refuse_read);
    ssize_t failed = read_socket(-1, tls, &byte, sizeof(byte), false);
    BIO_set_callback_ex(SSL_get_rbio(tls), NULL);
    return failed;
}

/* libwebsockets also reads while it answers a request. It would treat the next request as a part of
 * this one, and would stop answering if the client has half-closed the connection. So this function
 * reports that nothing has arrived. The data stays in the socket. */
static ssize_t wait_for_answer(SSL *tls)
{
    errno = EAGAIN;
    return tls ? read_nothing(tls) : -1;
}

/* libwebsockets reads frames into its workspace (context.c). Over TLS it may ask for only the few
 * bytes that are left of a record, but there is always room for more. */
static ssize_t read_frames(struct incoming *incoming, SSL *tls, unsigned char *data, size_t size)
{
    size_t max_size = size > 2 * FRAMES_ROOM ? size - FRAMES_ROOM : size;
    ssize_t arrived = read_some(incoming, tls, data + FRAMES_ROOM, max_size, false);
    incoming->has_ended = arrived == 0;
    return arrived > 0 ? frames_filter(incoming->client, data, (size_t)arrived) : arrived;
}

static ssize_t read_incoming(int socket, SSL *tls, void *data, size_t size)
{
    struct incoming *incoming = incoming_find(socket);
    if (!incoming)
        return read_socket(socket, tls, data, size, false);
    if (incoming->client)
        return read_frames(incoming, tls, data, size);
    if (incoming->is_answering)
        return wait_for_answer(tls);
    if (size >= MAX_REWRITTEN)
        return read_request(incoming, tls, data);
    errno = EMSGSIZE; /* does not happen: libwebsockets reads requests into its larger workspace */
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

/* While libwebsockets answers a request, or writes its last output after the end of the input, it
 * does not read, but still makes libuv report that it could. If the client does not read either,
 * its unread requests would wake the loop again and again. So libuv waits only until the socket can
 * be written to. */
int uv_poll_start(uv_poll_t *handle, int events, uv_poll_cb callback)
{
    static int (*original)(uv_poll_t *, int, uv_poll_cb);
    if (!original)
        *(void **)&original = dlsym(RTLD_NEXT, "uv_poll_start");
    uv_os_fd_t socket = -1;
    uv_fileno((uv_handle_t *)handle, &socket);
    const struct incoming *incoming = incoming_find(socket);
    if (incoming && (incoming->is_answering || incoming->has_ended))
        events &= ~UV_READABLE;
    return original(handle, events, callback);
}
