/* Rooms: a message reaches the clients in its sender's room. */
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
    TAILQ_INSERT_TAIL(&room->clients, client, room_entry);
    /* An error means that the connection has ended; client_receive will report it. */
    websocket_room_enter(&room->members[client->language], client->socket);
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
    TAILQ_REMOVE(&room->clients, client, room_entry);
    client->room = NULL;
    if (!TAILQ_EMPTY(&room->clients))
        return;
    tdelete(room->name, &client->server->rooms, text_compare);
    free(room);
}

/* Sends to the Portuguese members the first text and to the English ones the second. Both reserve
 * memory before either is sent, so that an error means that nobody got it. */
static int send_both(const struct client *origin, char *const texts[2], const size_t sizes[2])
{
    struct websocket_room *members = origin->room->members;
    int error = websocket_room_reserve(&members[PORTUGUESE], sizes[PORTUGUESE]);
    if (!error)
        error = websocket_room_reserve(&members[ENGLISH], sizes[ENGLISH]);
    for (enum language language = PORTUGUESE; language <= ENGLISH && !error; language++)
        error = websocket_room_send(
            &members[language], origin->socket, texts[language], sizes[language]);
    return error;
}

int room_send(const struct client *origin, const char *text, size_t size, const char *format, ...)
{
    char *beginning = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&beginning, format, arguments);
    va_end(arguments);
    if (length < 0)
        return UV_ENOMEM;
    char *message = realloc(beginning, (size_t)length + size);
    if (!message) {
        free(beginning);
        return UV_ENOMEM;
    }
    memcpy(message + length, text, size);
    size += (size_t)length;
    int error = send_both(origin, (char *[]){message, message}, (size_t[]){size, size});
    free(message);
    return error;
}

int room_announce(const struct client *client, const char *portuguese, const char *english, ...)
{
    char *texts[2] = {NULL, NULL};
    int sizes[2];
    for (enum language language = PORTUGUESE; language <= ENGLISH; language++) {
        va_list arguments;
        va_start(arguments, english);
        sizes[language] =
            vasprintf(&texts[language], tr_in(language, portuguese, english), arguments);
        va_end(arguments);
        if (sizes[language] < 0)
            texts[language] = NULL;
    }
    int error = texts[PORTUGUESE] && texts[ENGLISH]
                    ? send_both(client, texts,
                          (size_t[]){(size_t)sizes[PORTUGUESE], (size_t)sizes[ENGLISH]})
                    : UV_ENOMEM;
    free(texts[PORTUGUESE]);
    free(texts[ENGLISH]);
    return error;
}

static void send_text(struct websocket_room *members, const char *text)
{
    websocket_room_send(members, NULL, text, strlen(text));
}

static void announce_shutdown(const void *node, VISIT visit, int depth)
{
    (void)depth;
    if (visit != postorder && visit != leaf) /* twalk visits an inner node three times */
        return;
    const char *name = *(char *const *)node;
    struct room *room = (struct room *)(name - offsetof(struct room, name));
    send_text(&room->members[PORTUGUESE], "O servidor está fechando. Até logo!");
    send_text(&room->members[ENGLISH], "The server is closing. Goodbye!");
}

void rooms_announce_shutdown(struct server *server)
{
    server->closing = true;
    twalk(server->rooms, announce_shutdown);
}
