#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chat.h"
#include "common/buffer.h"
#include "text.h"

/* What a private message begins with, and so no name may. */
#define PRIVATE_PORTUGUESE "PRIVADO de "
#define PRIVATE_ENGLISH "PRIVATE from "

static void add_client(struct server *server, struct client *client)
{
    client->previous = server->last;
    if (server->last)
        server->last->next = client;
    else
        server->first = client;
    server->last = client;
    server->connected++;
}

static void remove_client(struct server *server, struct client *client)
{
    if (client->previous)
        client->previous->next = client->next;
    else
        server->first = client->next;
    if (client->next)
        client->next->previous = client->previous;
    else
        server->last = client->previous;
    server->connected--;
}

int server_connect(struct websocket *socket, void *argument)
{
    struct server *server = argument;
    struct client client = {
        .server = server,
        .socket = socket,
        .language = language_of_header(websocket_accept_language(socket)),
    };
    add_client(server, &client);
    server_log(tr("Novo cliente conectado. Total: %zu", "New client connected. Total: %zu"),
        server->connected);
    int error = client_manage(&client);
    remove_client(server, &client);
    server_log(tr("Cliente %s desconectado. Total: %zu", "Client %s disconnected. Total: %zu"),
        client_label(&client), server->connected);
    free(client.name);
    return error;
}

int server_send_to_all(
    struct server *server, const struct client *origin, const char *text, size_t size)
{
    struct buffer message = {0};
    int error = buffer_append(&message, origin->name, strlen(origin->name));
    if (!error)
        error = buffer_append(&message, " >> ", strlen(" >> "));
    if (!error)
        error = buffer_append(&message, text, size);
    if (!error && server->verbose)
        server_log(tr("Enviando a todos", "Sending to all"));
    for (struct client *client = server->first; client && !error; client = client->next)
        if (client != origin)
            websocket_send(client->socket, message.data, message.end);
    buffer_free(&message);
    return error;
}

static struct client *find_client(const struct server *server, const char *name)
{
    struct client *client = server->first;
    while (client && !(client->name && strcmp(client->name, name) == 0))
        client = client->next;
    return client;
}

bool server_send_to_one(
    struct server *server, const struct client *origin, const char *text, const char *name)
{
    struct client *client = find_client(server, name);
    if (!client || client == origin)
        return false;
    if (server->verbose)
        server_log(tr("Enviando de <%s> para <%s>: %s", "Sending from <%s> to <%s>: %s"),
            origin->name, name, text);
    const char *format =
        tr_in(client->language, PRIVATE_PORTUGUESE "%s >> %s", PRIVATE_ENGLISH "%s >> %s");
    return websocket_send_format(client->socket, format, origin->name, text) == 0;
}

/* A name must not make what is said to all look as if it were private, or another's. */
static bool would_forge(const char *name)
{
    return strncmp(name, PRIVATE_PORTUGUESE, strlen(PRIVATE_PORTUGUESE)) == 0 ||
           strncmp(name, PRIVATE_ENGLISH, strlen(PRIVATE_ENGLISH)) == 0 || strstr(name, " >> ");
}

bool server_name_is_free(const struct server *server, const char *name)
{
    return text_is_name(name) && !would_forge(name) && !find_client(server, name);
}

void server_log(const char *format, ...)
{
    char *line, *visible = NULL;
    va_list arguments;
    va_start(arguments, format);
    int size = vasprintf(&line, format, arguments);
    va_end(arguments);
    if (size >= 0) {
        visible = text_make_visible(line);
        free(line);
    }
    puts(visible ? visible : tr_error(UV_ENOMEM));
    free(visible);
}
