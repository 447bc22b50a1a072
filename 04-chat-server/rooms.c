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
    room->server = server;
    TAILQ_INIT(&room->clients);
    notices_init(room);
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
    room->count++;
    TAILQ_INSERT_TAIL(&room->clients, client, room_entry);
    notices_note_size(room); /* before the client would get the notice */
    /* An error means that the connection has ended; client_receive will report it. */
    websocket_room_enter(
        &room->members[client->is_page ? FORM_PAGE : (int)client->language], client->socket);
    return 0;
}

/* Browsers and libwebsockets normalize paths, so a name with an empty part between slashes, with
 * "." or with ".." would lead to another room than it says. */
static bool is_normal(const char *name)
{
    const char *end;
    do {
        end = name + strcspn(name, "/");
        size_t size = (size_t)(end - name);
        if (strspn(name, ".") >= size && size <= 2)
            return false;
        name = end + 1;
    } while (*end);
    return true;
}

int room_enter(struct client *client, const char *path)
{
    char *name = bytes_to_text(path + 1, strlen(path + 1), NULL);
    if (!name)
        return UV_ENOMEM;
    int error = *name && !(text_is_name(name) && is_normal(name)) ? UV_EINVAL : enter(client, name);
    free(name);
    return error;
}

void room_leave(struct client *client)
{
    struct room *room = client->room;
    websocket_room_leave(client->socket);
    TAILQ_REMOVE(&room->clients, client, room_entry);
    room->count--;
    client->room = NULL;
    notices_note_departure(room, client);
    if (!TAILQ_EMPTY(&room->clients))
        return;
    notices_clear(room);
    tdelete(room->name, &client->server->rooms, text_compare);
    free(room);
}

/* All texts reserve memory before one is sent, so that an error means that nobody got it. */
int room_send_forms(struct room *room, struct websocket *except, char *const texts[FORMS],
    const size_t sizes[FORMS])
{
    int error = 0;
    for (int form = 0; form < FORMS && !error; form++)
        error = websocket_room_reserve(&room->members[form], sizes[form]);
    for (int form = 0; form < FORMS && !error; form++)
        error = websocket_room_send(&room->members[form], except, texts[form], sizes[form]);
    return error;
}

/* A printf-style beginning, then the text; NULL if out of memory. The caller frees it. */
static char *compose(const char *text, size_t *size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static char *compose(const char *text, size_t *size, const char *format, ...)
{
    char *beginning = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&beginning, format, arguments);
    va_end(arguments);
    if (length < 0)
        return NULL;
    char *message = realloc(beginning, (size_t)length + *size);
    if (!message) {
        free(beginning);
        return NULL;
    }
    memcpy(message + length, text, *size);
    *size += (size_t)length;
    return message;
}

int room_send(const struct client *origin, const char *text, size_t size)
{
    size_t sizes[FORMS] = {size, size, size};
    char *message = compose(text, &sizes[PORTUGUESE], "%s >> ", origin->name);
    char *for_page = compose(text, &sizes[FORM_PAGE], "message\t%s\n", origin->name);
    sizes[ENGLISH] = sizes[PORTUGUESE];
    int error = message && for_page ? 0 : UV_ENOMEM;
    if (!error) {
        notices_flush(origin->room); /* so nobody speaks before the room knows the name */
        error = room_send_forms(
            origin->room, origin->socket, (char *[]){message, message, for_page}, sizes);
    }
    free(message);
    free(for_page);
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
    send_text(&room->members[FORM_PAGE], "closing");
}

void rooms_announce_shutdown(struct server *server)
{
    server->closing = true;
    twalk(server->rooms, announce_shutdown);
}
