#include "04-chat-server/websocket/access_control.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "04-chat-server/websocket/context.h"
#include "04-chat-server/websocket/incoming.h"
#include "04-chat-server/websocket/refusal.h"
#include "04-chat-server/websocket/websocket.h"
#include "common/language.h"
#include "common/stream.h"

#define MINUTE 60000000000u /* nanoseconds */

/*
 * Refusing
 */

static void refuse_socket(struct websocket_access *access, struct address *address, int socket,
    const struct refusal *refusal)
{
    static const char method[] = "HEAD ";
    char request[sizeof(method) - 1], text[REFUSAL_SIZE];
    ssize_t arrived = recv(socket, request, sizeof(request), MSG_DONTWAIT | MSG_PEEK);
    bool is_head = arrived == sizeof(request) && memcmp(request, method, sizeof(request)) == 0;
    size_t size = refusal_response(text, refusal, language_of_user(), is_head);
    send(socket, text, size, MSG_DONTWAIT | MSG_NOSIGNAL); /* an empty buffer takes it whole */
    linger(&access->lingering, address, socket);
}

enum language websocket_language(struct lws *connection)
{
    char header[256] = "";
    lws_hdr_copy(connection, header, sizeof(header), WSI_TOKEN_HTTP_ACCEPT_LANGUAGE);
    return language_of_header(header);
}

int websocket_write_refusal(struct lws *connection, const struct refusal *refusal)
{
    char text[LWS_PRE + REFUSAL_SIZE];
    bool is_head = lws_hdr_total_length(connection, WSI_TOKEN_HEAD_URI) > 0;
    size_t size =
        refusal_response(text + LWS_PRE, refusal, websocket_language(connection), is_head);
    enum lws_write_protocol protocol = LWS_WRITE_HTTP;
    return lws_write(connection, (unsigned char *)text + LWS_PRE, size, protocol) < 0 ? -1 : 0;
}

/*
 * Descriptors
 */

#define RESERVED 32            /* descriptors for the files that it sends, and for linger.h */
#define LWS_MAX_LIMIT 10000000 /* above this limit of open files, libwebsockets ignores it ... */
#define LWS_DEFAULT_LIMIT 2560 /* ... and assumes this one (lib/core/context.c) */

static int max_descriptor(void)
{
    long limit = sysconf(_SC_OPEN_MAX);
    if (limit < 0 || limit > LWS_MAX_LIMIT)
        limit = LWS_DEFAULT_LIMIT;
    return (int)limit - RESERVED;
}

/* Reports at most once a minute, because clients may come and go at a full server for hours. */
static void report_full(struct websocket_access *access)
{
    uint64_t now = uv_hrtime();
    if (access->full_reported && now - access->full_reported < MINUTE)
        return;
    access->full_reported = now;
    fprintf(stderr, tr("sem lugar para mais clientes (ulimit -n): recusados com 503\n",
                        "no room for more clients (ulimit -n): refused with 503\n"));
}

/*
 * Admitting sockets
 */

#define CONNECTS_PER_SECOND 128 /* from an address; twice as many at once */

static uint64_t now(void)
{
    return uv_hrtime() / 1000000;
}

void websocket_access_init(struct websocket_access *access, const struct websocket_options *options,
    const char *address, struct scope *tasks)
{
    *access = (struct websocket_access){.per_address = options->per_address,
        .origins = {options->allow_origin, websocket_is_loopback(address)},
        .has_tls = options->certificate != NULL,
        .max_descriptor = max_descriptor(),
        .lingering = {.tasks = tasks}};
}

static struct address *address_of(struct websocket_access *access, int socket)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof(peer);
    if (getpeername(socket, (struct sockaddr *)&peer, &size))
        return NULL;
    return address_use(&access->addresses, (struct sockaddr *)&peer);
}

/* Returns whether the address may have one more connection, and counts it if so. */
static bool may_connect(const struct websocket_access *access, struct address *address)
{
    if (!address_connect(address, (size_t)access->per_address))
        return false;
    if (rate_try(&address_widest(address)->connects, CONNECTS_PER_SECOND, now()))
        return true;
    address_disconnect(address);
    return false;
}

/* libwebsockets has closed the socket, or left it open. Over TLS it may also close the socket
 * later, when the number could belong to another client, in two cases. If bytes that are no
 * handshake had already arrived, the socket is still open, and has to stay so. If there was no
 * memory for the session, the socket is closed already: until then another descriptor has to take
 * the number. */
static void give_up(struct websocket_access *access, int socket, bool was_offered)
{
    bool is_open = fcntl(socket, F_GETFD) >= 0;
    if (is_open && !(was_offered && access->has_tls)) {
        refuse_socket(access, NULL, socket, &refusal_full);
    } else if (!is_open && access->has_tls) {
        int placeholder = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, socket);
        if (placeholder > socket) /* another thread has taken the number */
            close(placeholder);
    }
}

void websocket_admit(struct websocket_access *access, struct lws_vhost *vhost, int socket)
{
    struct address *address = NULL;
    /* The kernel assigns the lowest free descriptor, so a high one means that few are left. */
    if (socket > access->max_descriptor) {
        report_full(access);
        refuse_socket(access, NULL, socket, &refusal_full);
        return;
    }
    if (access->per_address > 0)
        address = address_of(access, socket);
    if (address && !may_connect(access, address)) {
        refuse_socket(access, address, socket, &refusal_too_many);
        address_release(address);
        return;
    }
    bool has_memory = !websocket_context_reserve() && !loop_reserve_descriptor(task_loop(), socket);
    struct incoming *incoming = has_memory ? incoming_open(socket, &access->origins) : NULL;
    struct lws *connection = incoming ? lws_adopt_socket_vhost(vhost, socket) : NULL;
    if (connection) {
        incoming->address = address;
        lws_set_opaque_user_data(connection, incoming);
        return;
    }
    if (address)
        address_disconnect(address);
    address_release(address);
    bool was_offered = incoming;
    if (incoming)
        incoming_close(incoming);
    give_up(access, socket, was_offered);
}

void websocket_forget_admitted(struct lws *connection)
{
    struct incoming *incoming = lws_get_opaque_user_data(connection);
    if (!incoming)
        return;
    struct address *address = incoming->address;
    lws_set_opaque_user_data(connection, NULL);
    incoming_close(incoming);
    if (!address)
        return;
    address_disconnect(address);
    address_release(address);
}
