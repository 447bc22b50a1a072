/* Rooms: a message reaches the clients in its sender's room. */
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/chat.h"
#include "04-chat-server/text.h"
#include "common/bytes.h"

/* Returns the room of that name, or NULL. */
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

static void note_count(const struct client *client)
{
    struct relay *relay = client->server->relay;
    if (relay && !client->is_remote)
        relay->note_count(relay);
}

int room_join(struct client *client, const char *name)
{
    struct room *room = find_room(client->server, name);
    if (!room)
        room = open_room(client->server, name);
    if (!room)
        return UV_ENOMEM;
    client->room = room;
    room->count++;
    TAILQ_INSERT_TAIL(&room->clients, client, room_entry);
    notices_note_size(room); /* first, so that the client does not get the notice */
    /* An error means that the connection has ended; client_receive will report it. */
    if (!client->is_remote)
        websocket_room_enter(
            &room->members[client->is_page ? FORM_PAGE : (int)client->language], client->socket);
    note_count(client);
    return 0;
}

/* Browsers and proxies normalize paths, so a name with an empty part between slashes, with
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

bool room_name_is_valid(const char *name)
{
    return !*name || (text_is_name(name) && is_normal(name));
}

int room_enter(struct client *client, const char *path)
{
    const char *name = path + 1;
    bool is_valid = bytes_are_utf8(name, strlen(name)) && room_name_is_valid(name);
    return is_valid ? room_join(client, name) : UV_EINVAL;
}

void room_leave(struct client *client)
{
    struct room *room = client->room;
    if (!client->is_remote)
        websocket_room_leave(client->socket);
    note_count(client);
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

/* Reserves the memory for all texts before it sends one, so that an error means that nobody got the
 * message. */
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

int room_send(struct client *origin, const char *text, size_t size)
{
    struct relay *relay = origin->server->relay;
    if (relay)
        return relay->send(relay, origin, text, size);
    return room_deliver(
        origin->server, origin->room->name, origin->socket, origin->name, text, size);
}

/* Writes the parts in turn and returns them, for the caller to free; NULL if out of memory. The
 * text may contain NULs. */
static char *write_line(const char *beginning, const char *sender, const char *separator,
    const char *text, size_t size, size_t *length)
{
    char *line = malloc(strlen(beginning) + strlen(sender) + strlen(separator) + size + 1);
    if (!line)
        return NULL;
    char *end = stpcpy(stpcpy(stpcpy(line, beginning), sender), separator);
    memcpy(end, text, size);
    end[size] = '\0';
    *length = (size_t)(end - line) + size;
    return line;
}

void room_remember(
    struct server *server, const char *room, const char *sender, const char *text, size_t size)
{
    char *line = write_line("", sender, " >> ", text, size, &size);
    if (line)
        history_add(&server->history, room, line, size);
    free(line);
}

int room_deliver(struct server *server, const char *name, struct websocket *except,
    const char *sender, const char *text, size_t size)
{
    struct room *room = find_room(server, name);
    size_t sizes[FORMS] = {0};
    char *line = write_line("", sender, " >> ", text, size, &sizes[PORTUGUESE]);
    char *for_page = write_line("message\t", sender, "\n", text, size, &sizes[FORM_PAGE]);
    int error = line && for_page ? 0 : UV_ENOMEM;
    sizes[ENGLISH] = sizes[PORTUGUESE];
    if (!error && room) {
        notices_flush(room); /* so that the room knows the name before the message */
        error = room_send_forms(room, except, (char *[]){line, line, for_page}, sizes);
    }
    if (!error)
        history_add(&server->history, name, line, sizes[PORTUGUESE]);
    free(line);
    free(for_page);
    return error;
}

/*
 * To all rooms
 */

/* twalk cannot pass an argument to its callback. */
static const char *announcement[FORMS];

static void announce(const void *node, VISIT visit, int depth)
{
    (void)depth;
    if (visit != postorder && visit != leaf) /* twalk visits an inner node three times */
        return;
    const char *name = *(char *const *)node;
    struct room *room = (struct room *)(name - offsetof(struct room, name));
    for (int form = 0; form < FORMS; form++)
        websocket_room_send(
            &room->members[form], NULL, announcement[form], strlen(announcement[form]));
}

void rooms_announce(struct server *server, const char *portuguese, const char *english)
{
    char *for_page;
    if (asprintf(&for_page, "announcement\t%s\t%s", portuguese, english) < 0)
        return;
    announcement[PORTUGUESE] = portuguese;
    announcement[ENGLISH] = english;
    announcement[FORM_PAGE] = for_page;
    twalk(server->rooms, announce);
    free(for_page);
}

void rooms_announce_shutdown(struct server *server)
{
    server->closing = true;
    rooms_announce(
        server, "O servidor está fechando. Até logo!", "The server is closing. Goodbye!");
}
