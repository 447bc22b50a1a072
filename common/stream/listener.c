#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/language.h"
#include "common/stream.h"
#include "common/stream/socket.h"
#include "common/task/state.h"
#include "common/trace.h"

#define LISTEN_BACKLOG 1024 /* connections that the kernel queues until they are accepted */
#define RETRY_DELAY 0.1     /* seconds before accepting again after a shortage */

/* Binds a socket to the address and listens. */
static int listen_at(const struct addrinfo *address, int *listening)
{
    int on = 1;
    *listening = socket_open(address->ai_family);
    if (*listening < 0)
        return *listening;
    setsockopt(*listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (address->ai_family == AF_INET6)
        setsockopt(*listening, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    if (bind(*listening, address->ai_addr, address->ai_addrlen) == 0 &&
        listen(*listening, LISTEN_BACKLOG) == 0)
        return 0;
    int error = uv_translate_sys_error(errno);
    close(*listening);
    return error;
}

int listener_open(struct listener *listener, const char *host, const char *port)
{
    require(listener);
    struct addrinfo *addresses;
    *listener = (struct listener){.loop = task_loop()};
    int error = socket_resolve(host, port, true, &addresses);
    if (error)
        return error;
    const struct addrinfo *address = addresses;
    do {
        error = listen_at(address, &listener->socket);
        address = address->ai_next;
    } while (error && address);
    uv_freeaddrinfo(addresses);
    if (error)
        return error;
    error = socket_poll_init(listener->loop, &listener->poll, listener->socket);
    if (error) {
        close(listener->socket);
        return error;
    }
    listener->poll.data = listener;
    listener->open = true;
    task_opened(&listener->resource, "listener");
    return 0;
}

void listener_close(struct listener *listener)
{
    require(listener);
    if (listener->closing)
        misuse("closes a listener that another task closes: let one do it");
    if (!listener->open)
        return;
    if (listener->waiter)
        misuse("closes a listener at which task %s accepts: cancel that task and join it first",
            task_name(listener->waiter->task));
    listener->open = false; /* a task that accepts from now on gets UV_EBADF */
    listener->closing = true;
    task_close_handle((uv_handle_t *)&listener->poll);
    close(listener->socket);
    task_closed(&listener->resource);
    listener->closing = false;
}

/*
 * Accepting
 */

struct accept_wait {
    struct task_wait wait;
    struct listener *listener;
};

/* Polling stays on while a task accepts, because each change costs a system call. */
static void listener_ready(uv_poll_t *poll, int status, int events)
{
    (void)status; /* accept returns the error */
    (void)events;
    struct listener *listener = poll->data;
    struct task_wait *waiter = listener->waiter;
    if (!waiter) {
        uv_poll_stop(poll);
        listener->polling = false;
        return;
    }
    listener->waiter = NULL;
    task_wake(waiter, 0);
}

static void cancel_accept(struct task_wait *wait)
{
    ((struct accept_wait *)wait)->listener->waiter = NULL;
    task_wake(wait, UV_ECANCELED);
}

static int wait_for_connection(struct listener *listener)
{
    struct accept_wait wait = {.listener = listener};
    if (listener->waiter)
        misuse("accepts at a listener at which task %s does the same: let one do it, and tell "
               "the others",
            task_name(listener->waiter->task));
    if (!listener->polling) {
        int error = uv_poll_start(&listener->poll, UV_READABLE, listener_ready);
        if (error)
            return error;
        listener->polling = true;
    }
    listener->waiter = &wait.wait;
    return task_wait(&wait.wait, "accept", cancel_accept);
}

/* Handles an errno of accept. Returns 0 if the caller should try again. */
static int handle_failure(struct listener *listener, int failure)
{
    switch (failure) {
    case EAGAIN:
        return wait_for_connection(listener);
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        if (!listener->shortage_reported)
            fprintf(stderr,
                tr("sem recursos para aceitar uma conexão (%s); as próximas esperam\n",
                    "no resources to accept a connection (%s); the next ones wait\n"),
                tr_error(uv_translate_sys_error(failure)));
        listener->shortage_reported = true; /* once, until a connection is accepted */
        return task_sleep(RETRY_DELAY);
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case EPERM:
        return 0; /* this connection was lost or refused before accept; others are not affected */
    default:
        return uv_translate_sys_error(failure);
    }
}

int listener_accept(struct listener *listener)
{
    require(listener);
    for (;;) {
        int error = task_checkpoint("accept");
        if (error)
            return error;
        if (!listener->open)
            return UV_EBADF;
        int connection = socket_accept(listener->socket);
        if (connection >= 0) {
            listener->shortage_reported = false;
            trace_mark(listener->loop, "accept", 0);
            return connection;
        }
        error = handle_failure(listener, errno);
        if (error)
            return error;
    }
}

/*
 * Serving
 */

/* The argument of a connection's task, which frees it. */
struct accepted {
    const struct protocol *protocol;
    void *context;
    int socket;
};

/* A connection's task. The stream and the protocol's object are on its stack, so that an idle
 * connection needs no other memory. */
static int serve_connection(void *argument)
{
    struct accepted accepted = *(struct accepted *)argument;
    free(argument);
    struct stream stream;
    stream_open(&stream, accepted.socket);
    protocol_run(&stream, accepted.protocol, accepted.context);
    return 0; /* an error would cancel the other connections */
}

static int spawn_connection(struct scope *scope, struct accepted accepted)
{
    struct accepted *argument = malloc(sizeof(*argument));
    if (!argument)
        return UV_ENOMEM;
    *argument = accepted;
    int error = scope_spawn(scope, "connection", serve_connection, argument);
    if (error)
        free(argument);
    return error;
}

int listener_serve(struct listener *listener, const struct protocol *protocol, void *context)
{
    require(listener);
    require(protocol);
    struct scope scope;
    int error = 0;
    scope_enter(&scope);
    while (!error) {
        int socket = listener_accept(listener);
        if (socket < 0) {
            error = socket;
            break;
        }
        error = spawn_connection(&scope, (struct accepted){protocol, context, socket});
        if (error)
            close(socket);
        if (error == UV_ENOMEM) /* this connection was dropped, the others go on */
            error = handle_failure(listener, ENOMEM);
    }
    return scope_leave(&scope, error);
}
