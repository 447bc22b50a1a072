#include "04-chat-server/websocket/private.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PORTS 16 /* tried until one is free at both addresses */
#define MAX_UNREAD (128 * 1024 * 1024L)
#define CLOSING_SECONDS 2.0   /* for the pending output and the closing handshakes of all clients */
#define PATIENCE_SECONDS 10.0 /* after which closing is reported as hanging */

/*
 * Listening
 */

static const char *port_of(const char *address)
{
    return strrchr(address, ':') + 1;
}

static int listen_at(struct websocket_server *server, const char *host, const char *port)
{
    struct listener *listener = &server->listeners[server->listening];
    int error = listener_open(listener, host, port);
    if (error)
        return error;
    if (server->listening++ == 0)
        listener_address(listener, server->address);
    return 0;
}

static void close_listeners(struct websocket_server *server)
{
    while (server->listening > 0)
        listener_close(&server->listeners[--server->listening]);
}

static int listen_at_both(struct websocket_server *server, const char *port)
{
    int error = listen_at(server, "127.0.0.1", port);
    if (error)
        return error;
    error = listen_at(server, "::1", port_of(server->address));
    if (error != UV_EADDRINUSE)
        return 0; /* after any other error the machine has no IPv6, and one address is enough */
    close_listeners(server);
    return error;
}

static int open_listeners(struct websocket_server *server)
{
    const char *host = server->options.host, *port = server->options.port;
    if (strcmp(host, "localhost") != 0)
        return listen_at(server, host, port);
    /* A port that is free at one address may be taken at the other. */
    int error = UV_EADDRINUSE;
    for (int tries = strcmp(port, "0") == 0 ? MAX_PORTS : 1; tries > 0 && error; tries--) {
        error = listen_at_both(server, port);
        if (error != UV_EADDRINUSE)
            break;
    }
    return error;
}

/* Rooms first: a client that also has output of its own then gets both in one write. */
static void end_of_iteration(void *argument)
{
    struct websocket_server *server = argument;
    websocket_read_next(server);
    websocket_rooms_flush(server);
    struct websocket *socket;
    while ((socket = LIST_FIRST(&server->pending))) {
        websocket_pause_if_full(socket);
        int error = websocket_flush(socket);
        if (error)
            websocket_fail(socket, error);
    }
}

int websocket_listen(struct websocket_server **result, const struct websocket_options *options)
{
    struct websocket_server *server = calloc(1, sizeof(*server));
    if (!server)
        return UV_ENOMEM;
    server->options = *options;
    server->loop = task_loop();
    TAILQ_INIT(&server->ready);
    server->end_of_iteration = (struct loop_callback){.run = end_of_iteration, .argument = server};
    if (server->options.max_message == 0)
        server->options.max_message = WEBSOCKET_MESSAGE_LIMIT;
    if (server->options.unread == 0)
        server->options.unread = MAX_UNREAD;
    int error = open_listeners(server);
    if (error)
        goto free_server;
    websocket_access_init(&server->access, options, server->address, &server->clients);
    error = websocket_context_open(&server->context, websocket_callback, server, options);
    if (error)
        goto close_listeners;
    scope_enter(&server->clients);
    *result = server;
    return 0;

close_listeners:
    close_listeners(server);
free_server:
    free(server);
    return error;
}

const char *websocket_server_address(const struct websocket_server *server)
{
    return server->address;
}

struct websocket_counts websocket_server_counts(const struct websocket_server *server)
{
    return server->counts;
}

/*
 * Serving
 */

struct acceptor {
    struct websocket_server *server;
    struct listener *listener;
};

static int accept_loop(void *argument)
{
    struct acceptor *acceptor = argument;
    struct websocket_server *server = acceptor->server;
    int socket;
    while ((socket = listener_accept(acceptor->listener)) >= 0)
        websocket_admit(&server->access, server->context.vhost, socket);
    return socket;
}

int websocket_serve(struct websocket_server *server)
{
    struct acceptor acceptors[2];
    struct scope scope;
    int error = 0;
    scope_enter(&scope);
    for (size_t i = 0; i < server->listening && !error; i++) {
        acceptors[i] = (struct acceptor){server, &server->listeners[i]};
        error = scope_spawn(&scope, "accept", accept_loop, &acceptors[i]);
    }
    if (!error)
        error = scope_spawn(&scope, "keepalive", websocket_keepalive_run, server);
    if (!error)
        error = scope_join(&scope);
    return scope_leave(&scope, error);
}

/*
 * Shutting down
 */

static void close_connections(struct websocket_server *server)
{
    struct websocket *socket;
    struct scope scope;
    LIST_FOREACH(socket, &server->connected, connected_entry)
        websocket_close(socket, LWS_CLOSE_STATUS_GOINGAWAY);
    if (server->count == 0)
        return;
    int error = scope_enter_for(&scope, CLOSING_SECONDS);
    if (!error)
        error = future_wait(&server->empty, NULL);
    scope_leave(&scope, error); /* after the deadline, the context closes what is left */
}

void websocket_server_close(struct websocket_server *server)
{
    struct scope shield;
    if (!server)
        return;
    close_listeners(server);
    server->closing = true;
    scope_enter_shielded(&shield, PATIENCE_SECONDS);
    close_connections(server);
    websocket_context_close(&server->context);
    scope_leave(&shield, 0);
    scope_leave(&server->clients, 0);
    address_table_free(&server->access.addresses);
    free(server);
}
