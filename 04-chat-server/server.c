#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/chat.h"
#include "04-chat-server/text.h"
#include "common/buffer.h"

/* Its time in the room that it asked for. */
static int stay(struct client *client)
{
    struct server *server = client->server;
    const char *room = client->room->name;
    server->connected++;
    server_log(server,
        tr("Novo cliente conectado%s%s. Total: %zu", "New client connected%s%s. Total: %zu"),
        *room ? tr(" a /", " to /") : "", room, server->connected);
    int error = client_manage(client);
    server->connected--;
    if (client->name && !server->closing)
        room_tell(client, "%s" TEXT_LEFT_PORTUGUESE, "%s" TEXT_LEFT_ENGLISH, client->name);
    server_log(server,
        tr("Cliente %s desconectado. Total: %zu", "Client %s disconnected. Total: %zu"),
        client_label(client), server->connected);
    return error;
}

int server_connect(struct websocket *socket, void *argument)
{
    struct server *server = argument;
    struct client client = {
        .server = server,
        .socket = socket,
        .language = language_of_header(websocket_accept_language(socket)),
    };
    int error = room_enter(&client, websocket_path(socket));
    if (error) {
        client_say(&client, "%s",
            error == UV_EINVAL
                ? tr_in(client.language, "Nome de sala inválido", "Invalid room name")
                : tr_in(
                      client.language, TEXT_OUT_OF_MEMORY_PORTUGUESE, TEXT_OUT_OF_MEMORY_ENGLISH));
        return error;
    }
    error = stay(&client);
    name_release(&client);
    room_leave(&client);
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
        server_log(server, tr("Enviando a todos", "Sending to all"));
    if (!error)
        error = room_send(origin, message.data, message.end);
    buffer_free(&message);
    return error;
}

bool server_send_to_one(
    struct server *server, const struct client *origin, const char *text, const char *name)
{
    struct client *client = server_find(server, name);
    if (!client || client == origin)
        return false;
    if (server->verbose)
        server_log(server, tr("Enviando de <%s> para <%s>: %s", "Sending from <%s> to <%s>: %s"),
            origin->name, name, text);
    const char *format = tr_in(
        client->language, TEXT_PRIVATE_PORTUGUESE "%s >> %s", TEXT_PRIVATE_ENGLISH "%s >> %s");
    return websocket_send_format(client->socket, format, origin->name, text) == 0;
}

int server_rename(struct client *client, const char *name)
{
    char *before = client->name ? strdup(client->name) : NULL;
    int error = client->name && !before ? UV_ENOMEM : name_take(client, name);
    if (!error && before)
        room_tell(client, "%s" TEXT_RENAMED_PORTUGUESE "%s", "%s" TEXT_RENAMED_ENGLISH "%s", before,
            name);
    else if (!error)
        room_tell(client, "%s" TEXT_ARRIVED_PORTUGUESE, "%s" TEXT_ARRIVED_ENGLISH, name);
    free(before);
    return error;
}

void server_log(struct server *server, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log_say(&server->log, format, arguments);
    va_end(arguments);
}
