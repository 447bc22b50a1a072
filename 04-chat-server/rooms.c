/* Rooms: who hears whom. */
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/chat.h"
#include "04-chat-server/text.h"
#include "common/bytes.h"

static struct room *find_room(const struct server *server, const char *name)
{
    char **found = tfind(name, &server->rooms, text_compare);
    return found ? (struct room *)(*found - offsetof(struct room, name)) : NULL;
}

static struct room *open_room(struct server *server, const char *name)
{
    struct room *room = calloc(1, sizeof(*room) + strlen(name) + 1);
    if (!room)
        return NULL;
    TAILQ_INIT(&room->clients);
    strcpy(room->name, name);
    if (tsearch(room->name, &server->rooms, text_compare))
        return room;
    free(room);
    return NULL;
}

static int enter(struct client *client, const char *name)
{
    struct room *room = find_room(client->server, name);
    if (!room)
        room = open_room(client->server, name);
    if (!room)
        return UV_ENOMEM;
    client->room = room;
    TAILQ_INSERT_TAIL(&room->clients, client, neighbor);
    /* One that is closed already hears nothing. */
    websocket_room_enter(&room->hearers[client->language], client->socket);
    return 0;
}

int room_enter(struct client *client, const char *path)
{
    char *name = bytes_to_text(path + 1, strlen(path + 1), NULL);
    if (!name)
        return UV_ENOMEM;
    int error = *name && !text_is_name(name) ? UV_EINVAL : enter(client, name);
    free(name);
    return error;
}

void room_leave(struct client *client)
{
    struct room *room = client->room;
    websocket_room_leave(client->socket);
    TAILQ_REMOVE(&room->clients, client, neighbor);
    client->room = NULL;
    if (!TAILQ_EMPTY(&room->clients))
        return;
    tdelete(room->name, &client->server->rooms, text_compare);
    free(room);
}

static int send_in(
    enum language language, const struct client *origin, const char *text, size_t size)
{
    return websocket_room_send(&origin->room->hearers[language], origin->socket, text, size);
}

int room_send(const struct client *origin, const char *text, size_t size)
{
    int error = send_in(PORTUGUESE, origin, text, size);
    return error ? error : send_in(ENGLISH, origin, text, size);
}

static void say_farewell_in(struct websocket_room *hearers, const char *text)
{
    websocket_room_send(hearers, NULL, text, strlen(text));
}

static void say_farewell(const void *node, VISIT visit, void *unused)
{
    (void)unused;
    if (visit != postorder && visit != leaf)
        return;
    const char *name = *(char *const *)node;
    struct room *room = (struct room *)(name - offsetof(struct room, name));
    say_farewell_in(&room->hearers[PORTUGUESE], "O servidor está fechando. Até logo!");
    say_farewell_in(&room->hearers[ENGLISH], "The server is closing. Goodbye!");
}

void rooms_say_farewell(struct server *server)
{
    server->closing = true;
    twalk_r(server->rooms, say_farewell, NULL);
}

void room_tell(const struct client *client, const char *portuguese, const char *english, ...)
{
    for (enum language language = PORTUGUESE; language <= ENGLISH; language++) {
        char *text;
        va_list arguments;
        va_start(arguments, english);
        int size = vasprintf(&text, tr_in(language, portuguese, english), arguments);
        va_end(arguments);
        if (size < 0)
            continue;
        send_in(language, client, text, (size_t)size);
        free(text);
    }
}
