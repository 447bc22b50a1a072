/* The clients of other servers. For each of them that has a name, this server adds a client without
 * a socket to its own rooms and names. So the chat finds, lists and announces it like a client of
 * this server. */
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/cluster/private.h"

/*
 * Persons
 */

/* Returns the peer's client of that name, or NULL. */
static struct person *find_person(
    struct cluster *cluster, const struct peer *peer, const char *name)
{
    struct client *client = server_find(cluster->server, name);
    struct person *person = client && client->is_remote ? (struct person *)client : NULL;
    return person && person->peer == peer ? person : NULL;
}

void person_remove(struct person *person)
{
    TAILQ_REMOVE(&person->peer->people, person, entry);
    name_release(&person->client);
    room_leave(&person->client);
    free(person);
}

/* Puts a person without a name into that room, and returns it; NULL if out of memory. */
static struct person *person_make(struct cluster *cluster, struct peer *peer, const char *room)
{
    struct person *person = calloc(1, sizeof(*person));
    if (!person)
        return NULL;
    person->client = (struct client){.server = cluster->server, .is_remote = true};
    person->peer = peer;
    if (room_join(&person->client, room) != 0) {
        free(person);
        return NULL;
    }
    TAILQ_INSERT_TAIL(&peer->people, person, entry);
    return person;
}

struct person *people_keep(struct cluster *cluster, struct client *client)
{
    struct person *person = person_make(cluster, &cluster->self, client->room->name);
    if (person)
        name_move(client, &person->client);
    return person;
}

/*
 * The names of this server's clients
 */

void local_add(struct cluster *cluster, struct client *client)
{
    if (!client->relay_listed)
        TAILQ_INSERT_TAIL(&cluster->locals, client, relay_entry);
    client->relay_listed = true;
    client->relay_epoch = cluster->is_ready ? cluster->epoch : 0;
}

void local_remove(struct cluster *cluster, struct client *client)
{
    if (client->relay_listed)
        TAILQ_REMOVE(&cluster->locals, client, relay_entry);
    client->relay_listed = false;
}

void local_lose_name(struct cluster *cluster, struct client *client)
{
    client_send(client,
        "O nome %s já era de outra pessoa, em outro servidor. Escolha um outro com /nome SeuNome",
        "The name %s already belongs to somebody on another server. Choose another one with "
        "/name YourName",
        client->name);
    local_remove(cluster, client);
    name_give_up(client);
}

/* Takes the name away from the client that has it, unless that is except (NULL: none), because
 * Redis has given the name to a client of the peer. */
static void take_from_others(
    struct cluster *cluster, const struct peer *peer, const char *name, const struct person *except)
{
    struct client *owner = server_find(cluster->server, name);
    if (!owner || (except && owner == &except->client))
        return;
    if (!owner->is_remote)
        local_lose_name(cluster, owner);
    else if (((struct person *)owner)->peer != peer)
        person_remove((struct person *)owner);
}

void people_put(
    struct cluster *cluster, struct peer *peer, const struct entry *entry, bool is_silent)
{
    struct person *person = *entry->other ? find_person(cluster, peer, entry->other) : NULL;
    if (!person)
        person = find_person(cluster, peer, entry->name);
    if (person && strcmp(person->client.room->name, entry->room) != 0) {
        person_remove(person);
        person = NULL;
    }
    take_from_others(cluster, peer, entry->name, person);
    struct person *other = find_person(cluster, peer, entry->name);
    if (other && other != person)
        person_remove(other);
    if (!person)
        person = person_make(cluster, peer, entry->room);
    if (!person)
        return;
    person->is_stale = false;
    struct client *client = &person->client;
    if (client->name && strcmp(client->name, entry->name) == 0)
        return;
    if ((is_silent ? name_set_silently : name_set)(client, entry->name) != 0)
        person_remove(person);
}

/*
 * Messages and departures
 */

void people_deliver(
    struct cluster *cluster, struct peer *peer, const struct entry *entry, struct websocket *except)
{
    struct client *recipient;
    struct person *person;
    switch (entry->kind) {
    case ENTRY_MESSAGE:
        room_deliver(cluster->server, entry->room, except, entry->name, entry->text, entry->size);
        break;
    case ENTRY_PRIVATE:
        recipient = server_find(cluster->server, entry->other);
        if (recipient && !recipient->is_remote)
            name_deliver(recipient, entry->name, entry->text);
        break;
    case ENTRY_LEFT:
        person = find_person(cluster, peer, entry->name);
        if (person)
            person_remove(person);
        break;
    default:
        break;
    }
}
