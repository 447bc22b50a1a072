/* Names: a name belongs to one client, in all rooms. */
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/chat.h"
#include "04-chat-server/text.h"

/* The trees point to the texts, so a lookup needs no struct name. */
struct name *name_of(const char *text)
{
    return (struct name *)(text - offsetof(struct name, text));
}

/* A name may not contain the server's own phrases, in capitals either: with such a name, a message
 * could look like a private one, like another client's, or like the server's. */
static bool contains_server_phrase(const char *name)
{
    static const char *const phrases[] = {" >> ", TEXT_PRIVATE_PORTUGUESE, TEXT_PRIVATE_ENGLISH,
        TEXT_ARRIVED_PORTUGUESE, TEXT_ARRIVED_ENGLISH, TEXT_LEFT_PORTUGUESE, TEXT_LEFT_ENGLISH,
        TEXT_RENAMED_PORTUGUESE, TEXT_RENAMED_ENGLISH, TEXT_SEPARATOR, TEXT_AND_MORE_PORTUGUESE,
        TEXT_OTHERS_ENGLISH, TEXT_ALL_ARRIVED_PORTUGUESE, TEXT_ALL_ARRIVED_ENGLISH,
        TEXT_ALL_LEFT_PORTUGUESE, TEXT_ALL_LEFT_ENGLISH, TEXT_ALL_RENAMED_PORTUGUESE,
        TEXT_ALL_RENAMED_ENGLISH};
    /* The phrases begin or end with the spaces that the server writes around a name. */
    char padded[4 * MAX_NAME_CHARACTERS + 3];
    snprintf(padded, sizeof(padded), " %s ", name);
    for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++)
        if (text_contains(padded, phrases[i]))
            return true;
    return false;
}

/* A page shows its own messages as those of "Você" or "You". */
static bool is_reserved_name(const char *name)
{
    return text_compare_names(name, "Você") == 0 || text_compare_names(name, "You") == 0;
}

bool name_is_valid(const char *name)
{
    return text_is_name(name) && !contains_server_phrase(name) && !is_reserved_name(name);
}

struct client *server_find(const struct server *server, const char *name)
{
    char **found = tfind(name, &server->names, text_compare_names);
    return found ? name_of(*found)->owner : NULL;
}

/* Adds a name to the server's tree. Returns NULL if out of memory. */
static struct name *add(struct client *owner, const char *text)
{
    struct name *name = malloc(sizeof(*name) + strlen(text) + 1);
    if (!name)
        return NULL;
    name->owner = owner;
    strcpy(name->text, text);
    char **found = tsearch(name->text, &owner->server->names, text_compare_names);
    if (!found) {
        free(name);
        return NULL;
    }
    *found = name->text; /* replaces the owner's old name if only the capitals differ */
    return name;
}

/* Gives the client the name, or none, in place of its old one. */
static void set_name(struct client *client, const char *name)
{
    const char *old = client->name;
    if (old && !(name && text_compare_names(old, name) == 0))
        tdelete(old, &client->server->names, text_compare_names);
    client->room->named += (name ? 1 : 0) - (old ? 1 : 0);
    client->name = name;
    if (old && old != client->announced)
        free(name_of(old));
}

int name_take(struct client *client, const char *text)
{
    struct relay *relay = client->server->relay;
    return relay ? relay->take_name(relay, client, text) : name_set(client, text);
}

static int store(struct client *client, const char *text)
{
    struct name *name = add(client, text);
    if (name)
        set_name(client, name->text);
    return name ? 0 : UV_ENOMEM;
}

int name_set(struct client *client, const char *text)
{
    int error = store(client, text);
    if (!error)
        notices_note_change(client);
    return error;
}

int name_set_silently(struct client *client, const char *text)
{
    int error = store(client, text);
    if (!error)
        notices_settle(client);
    return error;
}

void name_release(struct client *client)
{
    struct relay *relay = client->server->relay;
    if (relay && !client->is_remote)
        relay->leave(relay, client);
    set_name(client, NULL);
}

void name_give_up(struct client *client)
{
    set_name(client, NULL);
    notices_note_departure(client->room, client);
}

void name_move(struct client *from, struct client *to)
{
    name_of(from->name)->owner = to;
    to->name = from->name;
    to->announced = from->announced;
    from->name = from->announced = NULL;
    if (from->is_noted)
        TAILQ_REMOVE(&from->room->notices.changes, from, change_entry);
    from->is_noted = false;
    if (to->name != to->announced)
        notices_note_change(to);
}

int name_send(struct client *origin, struct client *recipient, const char *text)
{
    struct relay *relay = origin->server->relay;
    return relay ? relay->send_private(relay, origin, recipient, text)
                 : name_deliver(recipient, origin->name, text);
}

int name_deliver(struct client *recipient, const char *sender, const char *text)
{
    char kind[sizeof("private ") + 4 * MAX_NAME_CHARACTERS];
    snprintf(kind, sizeof(kind), "private\t%s", sender);
    if (recipient->is_page)
        return client_send_as(recipient, kind, "%s", "%s", text);
    return client_send(recipient, TEXT_PRIVATE_PORTUGUESE "%s >> %s",
        TEXT_PRIVATE_ENGLISH "%s >> %s", sender, text);
}

/*
 * Ghosts: connections that broke without the server noticing
 */

#define SECRET "key="
#define MIN_SECRET 16 /* bytes; a shorter one could be guessed */

static const char *secret_of(const struct client *client)
{
    if (client->is_remote)
        return NULL;
    const char *query = websocket_query(client->socket);
    bool is_secret =
        strncmp(query, SECRET, strlen(SECRET)) == 0 && strlen(query) >= strlen(SECRET) + MIN_SECRET;
    return is_secret ? query : NULL;
}

/* Takes the same time wherever the texts differ, so that it reveals nothing about the secret. */
static bool are_equal(const char *one, const char *other)
{
    size_t size = strlen(one);
    int difference = 0;
    for (size_t i = 0; i < size && strlen(other) == size; i++)
        difference |= one[i] ^ other[i];
    return strlen(other) == size && difference == 0;
}

bool name_is_of_ghost(const struct client *client, const char *name)
{
    const struct client *owner = server_find(client->server, name);
    const char *own = secret_of(client), *other = owner ? secret_of(owner) : NULL;
    return owner != client && own && other && are_equal(own, other);
}

void name_take_from_ghost(struct client *client, const char *name)
{
    struct client *ghost = server_find(client->server, name);
    set_name(ghost, NULL);
    if (ghost->room == client->room && !client->announced) {
        client->announced = ghost->announced; /* so the room notices nothing */
        ghost->announced = NULL;
    }
    websocket_close(ghost->socket, WEBSOCKET_NORMAL);
    notices_note_departure(ghost->room, ghost);
}
