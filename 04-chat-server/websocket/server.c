#include "04-chat-server/websocket/private.h"

#include <stdlib.h>
#include <string.h>

#define PORTS_TRIED 16 /* until one is free at both addresses */
#define UNREAD (128 * 1024 * 1024L)
#define FAREWELL 2.0  /* seconds that closing connections get */
#define PATIENCE 10.0 /* seconds after which a cleanup is thought to hang */

/*
 * Listening
 */

static const char *port_of(const char *address)
{
    return strrchr(address, ':') + 1;
}

static int listen_at_both(struct websocket_server *server, const char *port)
{
    struct listener *first = &server->listeners[0], *second = &server->listeners[1];
    int error = listener_open(first, "127.0.0.1", port);
    if (error)
        return error;
    server->listening = 1;
    listener_address(first, server->address);
    error = listener_open(second, "::1", port_of(server->address));
    if (error == UV_EADDRINUSE) {
        listener_close(first);
        server->listening = 0;
        return error;
    }
    /* Anything else is a machine without IPv6: the first will do. */
    if (!error)
        server->listening = 2;
    return 0;
}

static int open_listeners(struct websocket_server *server)
{
    const char *host = server->options.host, *port = server->options.port;
    if (strcmp(host, "localhost") != 0) {
        int error = listener_open(&server->listeners[0], host, port);
        if (!error) {
            server->listening = 1;
            listener_address(&server->listeners[0], server->address);
        }
        return error;
    }
    /* A port that is free at one address may be taken at the other. */
    int error = UV_EADDRINUSE;
    for (int tries = strcmp(port, "0") == 0 ? PORTS_TRIED : 1; tries > 0 && error; tries--) {
        error = listen_at_both(server, port);
        if (error != UV_EADDRINUSE)
            break;
    }
    return error;
}

static void close_listeners(struct websocket_server *server)
{
    while (server->listening > 0)
        listener_close(&server->listeners[--server->listening]);
}

/* Rooms first: who is sent something by himself too, then gets both in one write. */
static void end_of_pass(void *argument)
{
    struct websocket_server *server = argument;
    websocket_rooms_write(server);
    struct websocket *socket;
    while ((socket = LIST_FIRST(&server->unsent)))
        websocket_write_backlog(socket);
}

void websocket_server_write_soon(struct websocket_server *server)
{
    loop_at_end_of_pass(server->loop, &server->end_of_pass);
}

int websocket_listen(struct websocket_server **result, const struct websocket_options *options)
{
    struct websocket_server *server = calloc(1, sizeof(*server));
    if (!server)
        return UV_ENOMEM;
    server->options = *options;
    server->loop = task_loop();
    server->end_of_pass = (struct loop_callback){.run = end_of_pass, .argument = server};
    if (server->options.max_message == 0)
        server->options.max_message = WEBSOCKET_MESSAGE_LIMIT;
    if (server->options.unread == 0)
        server->options.unread = UNREAD;
    int error = open_listeners(server);
    if (error)
        goto free_server;
    websocket_access_init(&server->access, options, server->address);
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

struct entrance {
    struct websocket_server *server;
    struct listener *listener;
};

static int let_in(void *argument)
{
    struct entrance *entrance = argument;
    int socket;
    while ((socket = listener_accept(entrance->listener)) >= 0)
        websocket_admit(&entrance->server->access, entrance->server->context.vhost, socket);
    return socket;
}

int websocket_serve(struct websocket_server *server)
{
    struct entrance entrances[2];
    struct scope scope;
    int error = 0;
    scope_enter(&scope);
    for (size_t i = 0; i < server->listening && !error; i++) {
        entrances[i] = (struct entrance){server, &server->listeners[i]};
        error = scope_spawn(&scope, "accept", let_in, &entrances[i]);
    }
    if (!error)
        error = scope_spawn(&scope, "pulse", websocket_feel_pulses, server);
    if (!error)
        error = scope_join(&scope);
    return scope_leave(&scope, error);
}

/*
 * The connected
 */

void websocket_server_add(struct websocket_server *server, struct websocket *socket)
{
    socket->next = server->connected;
    if (socket->next)
        socket->next->previous = socket;
    server->connected = socket;
    server->count++;
}

void websocket_server_remove(struct websocket_server *server, struct websocket *socket)
{
    if (socket->next)
        socket->next->previous = socket->previous;
    if (socket->previous)
        socket->previous->next = socket->next;
    else
        server->connected = socket->next;
    server->count--;
    if (server->closing && !server->connected)
        future_set(&server->empty, 0);
}

/*
 * Closing
 */

static void say_goodbye(struct websocket_server *server)
{
    struct scope scope;
    for (struct websocket *socket = server->connected; socket; socket = socket->next)
        websocket_close(socket, LWS_CLOSE_STATUS_GOINGAWAY);
    if (!server->connected)
        return;
    int error = scope_enter_until(&scope, loop_deadline(task_loop(), FAREWELL));
    if (!error)
        error = future_wait(&server->empty, NULL);
    scope_leave(&scope, error); /* Too late is no failure: whoever is left is cut. */
}

void websocket_server_close(struct websocket_server *server)
{
    struct scope shield;
    if (!server)
        return;
    close_listeners(server);
    server->closing = true;
    scope_enter_shielded(&shield, PATIENCE);
    say_goodbye(server);
    websocket_context_close(&server->context);
    scope_leave(&shield, 0);
    scope_leave(&server->clients, 0);
    free(server);
}
