#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/language.h"
#include "common/stream/socket.h"
#include "common/task/state.h"
#include "common/trace.h"

#define BACKLOG 1024
#define BURST 64  /* connections accepted before others run */
#define PAUSE 0.1 /* seconds before accepting is tried again when descriptors are short */

/* Binds and listens at one address. */
static int listen_at(const struct addrinfo *address, int *listening)
{
    int on = 1;
    *listening = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*listening < 0)
        return uv_translate_sys_error(errno);
    socket_prepare(*listening);
    setsockopt(*listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (address->ai_family == AF_INET6)
        setsockopt(*listening, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    if (bind(*listening, address->ai_addr, address->ai_addrlen) == 0 &&
        listen(*listening, BACKLOG) == 0)
        return 0;
    int error = uv_translate_sys_error(errno);
    close(*listening);
    return error;
}

int listener_open(struct listener *listener, const char *host, const char *port)
{
    struct addrinfo *addresses;
    *listener = (struct listener){.loop = task_loop(), .socket = -1};
    int error = socket_resolve(host, port, true, &addresses);
    if (error)
        return error;
    const struct addrinfo *address = addresses;
    do {
        error = listen_at(address, &listener->socket);
        address = address->ai_next;
    } while (error && address);
    uv_freeaddrinfo(addresses);
    if (error) {
        listener->socket = -1;
        return error;
    }
    error = uv_poll_init(listener->loop, &listener->poll, listener->socket);
    if (error) {
        close(listener->socket);
        listener->socket = -1;
        return error;
    }
    listener->poll.data = listener;
    return 0;
}

void listener_close(struct listener *listener)
{
    if (listener->socket < 0)
        return;
    if (listener->waiter)
        task_misuse(
            "closes a listener at which task %s accepts: cancel that one, and join it, before",
            task_name(listener->waiter->task));
    socket_close_handle((uv_handle_t *)&listener->poll);
    close(listener->socket);
    listener->socket = -1;
}

/*
 * Accepting
 */

struct accept_wait {
    struct task_wait wait;
    struct listener *listener;
};

/* Polling stays on while somebody accepts: each change costs a system call. */
static void connection_waits(uv_poll_t *poll, int status, int events)
{
    (void)status; /* accept knows better */
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
        task_misuse("accepts at a listener at which task %s does the same: let one do it, and tell "
                    "the others",
            task_name(listener->waiter->task));
    if (!listener->polling) {
        int error = uv_poll_start(&listener->poll, UV_READABLE, connection_waits);
        if (error)
            return error;
        listener->polling = true;
    }
    listener->waiter = &wait.wait;
    return task_wait(&wait.wait, "accept", cancel_accept);
}

/* What is left when a connection could not be accepted: 0 to try again. */
static int after_failure(struct listener *listener, int failure)
{
    switch (failure) {
    case EAGAIN:
        return wait_for_connection(listener);
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        if (!listener->short_of)
            fprintf(stderr,
                tr("sem recursos para aceitar uma conexão (%s); as próximas esperam\n",
                    "no resources to accept a connection (%s); the next ones wait\n"),
                tr_error(uv_translate_sys_error(failure)));
        listener->short_of = true; /* said once, until one is accepted again */
        return task_sleep(PAUSE);
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
        return 0; /* that connection's own trouble: it left before we looked, or may not come in */
    default:
        return uv_translate_sys_error(failure);
    }
}

int listener_accept(struct listener *listener)
{
    for (;;) {
        /* However many knock, those inside get their turn. */
        bool others_turn = ++listener->accepted % BURST == 0;
        int error = others_turn ? task_yield() : task_cancelled();
        if (error)
            return error;
        int connection = accept4(listener->socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (connection >= 0) {
            listener->short_of = false;
            trace_mark(listener->loop, "accept", 0);
            return connection;
        }
        error = after_failure(listener, errno);
        if (error)
            return error;
    }
}

/*
 * Serving
 */

struct newcomer {
    const struct protocol *protocol;
    void *server;
    int socket;
};

/* A connection's task: stream and object live on its stack, so an idle one costs nothing else. */
static int run_newcomer(void *argument)
{
    struct newcomer newcomer = *(struct newcomer *)argument;
    free(argument);
    struct stream stream;
    stream_open(&stream, newcomer.socket);
    protocol_run(newcomer.protocol, newcomer.server, &stream);
    return 0; /* its failure is its own, not its siblings' */
}

static int begin_connection(struct scope *scope, struct newcomer newcomer)
{
    struct newcomer *argument = malloc(sizeof(*argument));
    if (!argument)
        return UV_ENOMEM;
    *argument = newcomer;
    int error = scope_spawn(scope, "connection", run_newcomer, argument);
    if (error)
        free(argument);
    return error;
}

int listener_serve(struct listener *listener, const struct protocol *protocol, void *server)
{
    struct scope scope;
    int error = 0;
    scope_enter(&scope);
    while (!error) {
        int socket = listener_accept(listener);
        if (socket < 0) {
            error = socket;
            break;
        }
        error = begin_connection(&scope, (struct newcomer){protocol, server, socket});
        if (error)
            close(socket);
        if (error == UV_ENOMEM) /* this one has to go, the others stay */
            error = after_failure(listener, ENOMEM);
    }
    return scope_leave(&scope, error);
}
