#include "common/stream/socket.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "common/task.h"
#include "common/task/thread_pool.h"

#if !defined(TCP_KEEPIDLE) && defined(TCP_KEEPALIVE) /* macOS */
#define TCP_KEEPIDLE TCP_KEEPALIVE
#endif

/* Linux sets these in the call that makes the socket. Where two more calls are needed, as on macOS,
 * a program that another thread starts in between inherits the socket. */
static int set_flags(int socket)
{
#ifndef SOCK_CLOEXEC
    if (socket >= 0) {
        ioctl(socket, FIOCLEX);
        ioctl(socket, FIONBIO, &(int){1});
    }
#endif
    return socket;
}

#ifdef SOCK_CLOEXEC
#define FLAGS (SOCK_NONBLOCK | SOCK_CLOEXEC)
#else
#define FLAGS 0
#define accept4(socket, address, size, flags) accept(socket, address, size)
#endif

int socket_accept(int listening)
{
    return set_flags(accept4(listening, NULL, NULL, FLAGS));
}

static void set_options(int socket)
{
    int on = 1;
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

int socket_open(int family)
{
    int result = set_flags(socket(family, SOCK_STREAM | FLAGS, 0));
    if (result < 0)
        return uv_translate_sys_error(errno);
    set_options(result);
    return result;
}

int socket_poll_init(uv_loop_t *loop, uv_poll_t *poll, int socket)
{
    int error = loop_reserve_descriptor(loop, socket);
    return error ? error : uv_poll_init(loop, poll, socket);
}

/*
 * Resolving names
 */

/* libuv writes to the request until a running lookup has ended, even if the task has been
 * cancelled, so the request cannot be on the task's stack. */
struct lookup {
    uv_getaddrinfo_t request;
    struct lookup_wait *wait; /* NULL: the task was cancelled */
};

struct lookup_wait {
    struct task_wait wait;
    struct lookup *lookup;
    struct addrinfo *addresses;
};

static void lookup_ended(uv_getaddrinfo_t *request, int status, struct addrinfo *addresses)
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
        return; /* it had not begun; libuv calls lookup_ended with UV_EAI_CANCELED */
    lookup->wait = NULL;
    task_wake(wait, UV_ECANCELED);
}

static bool is_number(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

int socket_resolve(const char *host, const char *port, bool to_listen, struct addrinfo **addresses)
{
    /* getaddrinfo would accept "+80" and " 80", and use only the lower 16 bits of a number. */
    if (port && !is_number(port))
        return UV_EAI_NONAME;
    if (port && strtol(port, NULL, 10) > UINT16_MAX)
        return UV_EAI_SERVICE;
    struct lookup *lookup = thread_pool_prepare() ? NULL : malloc(sizeof(*lookup));
    if (!lookup)
        return UV_ENOMEM;
    struct lookup_wait wait = {.lookup = lookup};
    lookup->wait = &wait;
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
        .ai_flags = AI_NUMERICSERV | (to_listen ? AI_PASSIVE : 0)};
    int error = uv_getaddrinfo(task_loop(), &lookup->request, lookup_ended, host, port, &hints);
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
