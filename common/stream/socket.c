#include "common/stream/socket.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/trace.h"

static void set_nonblocking(int socket)
{
    int on = 1;
    ioctl(socket, FIONBIO, &on);
}

void socket_prepare(int socket)
{
    int on = 1;
    set_nonblocking(socket);
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
#ifdef TCP_KEEPCNT
    static const int options[][2] = {
        {TCP_KEEPIDLE, 30}, {TCP_KEEPINTVL, 10}, {TCP_KEEPCNT, 3}}; /* a minute in all */
    for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
        setsockopt(socket, IPPROTO_TCP, options[i][0], &options[i][1], sizeof(int));
#endif
#ifdef SO_NOSIGPIPE
    setsockopt(socket, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof(on));
#endif
}

/*
 * Looking up
 */

/* libuv writes to the request until a look-up that runs has ended, so it is not the task's. */
struct lookup {
    uv_getaddrinfo_t request;
    struct lookup_wait *wait; /* NULL: nobody waits any more */
};

struct lookup_wait {
    struct task_wait wait;
    struct lookup *lookup;
    struct addrinfo *addresses;
};

static void looked_up(uv_getaddrinfo_t *request, int status, struct addrinfo *addresses)
{
    struct lookup *lookup = (struct lookup *)request;
    if (lookup->wait) {
        lookup->wait->addresses = addresses;
        task_wake(&lookup->wait->wait, status == UV_EAI_CANCELED ? UV_ECANCELED : status);
    } else {
        uv_freeaddrinfo(addresses);
    }
    free(lookup);
}

static void cancel_lookup(struct task_wait *wait)
{
    struct lookup *lookup = ((struct lookup_wait *)wait)->lookup;
    if (uv_cancel((uv_req_t *)&lookup->request) == 0)
        return; /* it had not begun: looked_up is called, with UV_EAI_CANCELED */
    lookup->wait = NULL;
    task_wake(wait, UV_ECANCELED);
}

int socket_resolve(const char *host, const char *port, bool to_listen, struct addrinfo **addresses)
{
    struct lookup *lookup = malloc(sizeof(*lookup));
    if (!lookup)
        return UV_ENOMEM;
    struct lookup_wait wait = {.lookup = lookup};
    lookup->wait = &wait;
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
        .ai_flags = AI_NUMERICSERV | (to_listen ? AI_PASSIVE : 0)};
    int error = uv_getaddrinfo(task_loop(), &lookup->request, looked_up, host, port, &hints);
    if (error) {
        free(lookup);
        return error;
    }
    error = task_wait(&wait.wait, "getaddrinfo", cancel_lookup);
    if (error)
        uv_freeaddrinfo(wait.addresses);
    else
        *addresses = wait.addresses;
    return error;
}

/*
 * Connecting
 */

struct connecting {
    struct task_wait wait;
    uv_poll_t poll;
};

static void connected(uv_poll_t *poll, int status, int events)
{
    (void)status; /* the socket knows better */
    (void)events;
    struct connecting *connecting = (struct connecting *)poll->data;
    uv_poll_stop(poll);
    task_wake(&connecting->wait, 0);
}

static void cancel_connecting(struct task_wait *wait)
{
    uv_poll_stop(&((struct connecting *)wait)->poll);
    task_wake(wait, UV_ECANCELED);
}

/* Waits until the connection stands or has failed. */
static int await_connection(int socket)
{
    struct connecting connecting;
    int error = uv_poll_init(task_loop(), &connecting.poll, socket);
    if (error)
        return error;
    connecting.poll.data = &connecting;
    error = uv_poll_start(&connecting.poll, UV_WRITABLE, connected);
    if (!error)
        error = task_wait(&connecting.wait, "connect", cancel_connecting);
    socket_close_handle((uv_handle_t *)&connecting.poll);
    if (error)
        return error;
    int failure = 0;
    socklen_t size = sizeof(failure);
    getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &size);
    return uv_translate_sys_error(failure);
}

static int connect_to(const struct addrinfo *address, int *connection)
{
    int error = 0;
    *connection = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*connection < 0)
        return uv_translate_sys_error(errno);
    socket_prepare(*connection);
    if (connect(*connection, address->ai_addr, address->ai_addrlen) != 0)
        error =
            errno == EINPROGRESS ? await_connection(*connection) : uv_translate_sys_error(errno);
    if (error)
        close(*connection);
    return error;
}

int stream_connect(struct stream *stream, const char *host, const char *port)
{
    struct addrinfo *addresses;
    int connection;
    int error = socket_resolve(host, port, false, &addresses);
    if (error)
        return error;
    const struct addrinfo *address = addresses;
    do {
        error = connect_to(address, &connection);
        address = address->ai_next;
    } while (error && address && !task_cancelled());
    uv_freeaddrinfo(addresses);
    if (!error) {
        trace_mark(task_loop(), "connect", 0);
        stream_open(stream, connection);
    }
    return error;
}

/*
 * Addresses
 */

int socket_address_text(const struct sockaddr_storage *from, char address[STREAM_ADDRESS_SIZE])
{
    char host[INET6_ADDRSTRLEN];
    int error = UV_EAFNOSUPPORT;
    strcpy(address, "?");
    if (from->ss_family == AF_INET) {
        const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)from;
        error = uv_ip4_name(ipv4, host, sizeof(host));
        if (!error)
            snprintf(address, STREAM_ADDRESS_SIZE, "%s:%d", host, ntohs(ipv4->sin_port));
    } else if (from->ss_family == AF_INET6) {
        const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)from;
        error = uv_ip6_name(ipv6, host, sizeof(host));
        if (!error)
            snprintf(address, STREAM_ADDRESS_SIZE, "[%s]:%d", host, ntohs(ipv6->sin6_port));
    }
    return error;
}

static int name_of(
    int socket, int (*get)(int, struct sockaddr *, socklen_t *), char address[STREAM_ADDRESS_SIZE])
{
    struct sockaddr_storage name = {0};
    socklen_t size = sizeof(name);
    int failed = get(socket, (struct sockaddr *)&name, &size);
    int error = failed ? uv_translate_sys_error(errno) : 0;
    int unprintable = socket_address_text(&name, address);
    return error ? error : unprintable;
}

int stream_peer_address(const struct stream *stream, char address[STREAM_ADDRESS_SIZE])
{
    return name_of(stream->socket, getpeername, address);
}

int stream_own_address(const struct stream *stream, char address[STREAM_ADDRESS_SIZE])
{
    return name_of(stream->socket, getsockname, address);
}

int listener_address(const struct listener *listener, char address[STREAM_ADDRESS_SIZE])
{
    return name_of(listener->socket, getsockname, address);
}

/*
 * Closing
 */

static void handle_closed(uv_handle_t *handle)
{
    task_wake(handle->data, 0);
}

void socket_close_handle(uv_handle_t *handle)
{
    struct task_wait wait;
    handle->data = &wait;
    uv_close(handle, handle_closed);
    task_wait(&wait, "close", NULL);
}
