/* The articles' class Servidor: its methods, in their order. */
#include <string.h>

#include "04-chat-server/chat.h"
#include "04-chat-server/text.h"

int server_connect(struct websocket *socket, void *argument)
{
    struct server *server = argument;
    struct client client = {.socket = socket,
        .server = server,
        .language = language_of_header(websocket_accept_language(socket)),
        .is_page = websocket_has_subprotocol(socket)};
    int error = room_enter(&client, websocket_path(socket));
    if (error == UV_EINVAL)
        client_send(&client, TEXT_BAD_ROOM_PORTUGUESE, TEXT_BAD_ROOM_ENGLISH);
    else if (error)
        client_send(&client, TEXT_OUT_OF_MEMORY_PORTUGUESE, TEXT_OUT_OF_MEMORY_ENGLISH);
    if (error)
        return error;
    const char *room = client.room->name;
    server->connected++;
    log_printf(&server->log,
        tr("Novo cliente conectado%s%s. Total: %zu", "New client connected%s%s. Total: %zu"),
        *room ? tr(" a /", " to /") : "", room, server->connected);
    if (client.is_page && server->others)
        websocket_send_format(socket, "servers\t%s", server->others);
    return client_manage(&client);
}

void server_disconnect(struct server *server, struct client *client)
{
    server->connected--;
    log_printf(&server->log,
        tr("Cliente %s%s desconectado. Total: %zu", "Client %s%s disconnected. Total: %zu"),
        client_label(client), client_mark(client), server->connected);
    name_release(client);
    room_leave(client);
}

int server_send_to_all(struct server *server, struct client *origin, const char *text, size_t size)
{
    if (server->verbose)
        log_printf(&server->log, "%s", tr("Enviando a todos", "Sending to all"));
    return room_send(origin, text, size);
}

int server_send_to_one(
    struct server *server, struct client *origin, const char *text, const char *recipient)
{
    struct client *client = server_find(server, recipient);
    if (!client || client == origin)
        return UV_ENOENT;
    if (server->verbose)
        log_printf(&server->log,
            tr("Enviando de <%s> para <%s>: %s", "Sending from <%s> to <%s>: %s"), origin->name,
            recipient, text);
    return name_send(origin, client, text);
}

bool server_check_name(const struct server *server, const struct client *client, const char *name)
{
    const struct client *owner = server_find(server, name);
    bool is_free = !owner || (owner == client && strcmp(client->name, name) != 0);
    return is_free && name_is_valid(name);
}
