/* The clients of other servers. Each one that has a name is in this server's rooms and names as a
 * client without a socket, so that the chat finds, lists and announces it like its own clients. */
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/cluster/private.h"

#define MAX_PEERS 256
#define MAX_DEAD_PEERS 32   /* kept for the number of their last entry */
#define ANSWER_SECONDS 0.02 /* so that one answer serves several servers that come at once */

/*
 * Persons
 */

struct person *person_find(struct cluster *cluster, const struct peer *peer, const char *name)
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

/* Returns a person without a name in that room; NULL if out of memory. */
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
 * Names that two clients have
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
        "The name %s was another person's already, on another server. Choose another one with "
        "/name "
        "YourName",
        client->name);
    local_remove(cluster, client);
    name_give_up(client);
}

/* Redis has given the name to a client of the peer: nobody else has it. */
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

/* The peer has a client of that name in that room. old is the name it had before, or "". */
static void put(
    struct cluster *cluster, struct peer *peer, const struct entry *entry, bool is_silent)
{
    struct person *person = *entry->other ? person_find(cluster, peer, entry->other) : NULL;
    if (!person)
        person = person_find(cluster, peer, entry->name);
    if (person && strcmp(person->client.room->name, entry->room) != 0) {
        person_remove(person);
        person = NULL;
    }
    take_from_others(cluster, peer, entry->name, person);
    struct person *other = person_find(cluster, peer, entry->name);
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
 * Peers
 */

static void peer_remove(struct cluster *cluster, struct peer *peer)
{
    peer_bury(peer);
    TAILQ_REMOVE(&cluster->peers, peer, entry);
    cluster->peer_count--;
    cluster->generation++;
    free(peer);
}

/* If there are too many live peers, removes one whose key has never been seen, since anybody can
 * write entries of servers that do not exist. */
static void forget_one(struct cluster *cluster)
{
    struct peer *peer, *oldest = NULL, *unseen = NULL;
    bool is_full = cluster->peer_count >= MAX_PEERS;
    size_t dead = 0;
    TAILQ_FOREACH(peer, &cluster->peers, entry) {
        if (!peer->is_alive && dead++ == 0)
            oldest = peer;
        if (peer->is_alive && !peer->has_key && !unseen)
            unseen = peer;
    }
    if (oldest && (dead > MAX_DEAD_PEERS || is_full))
        peer_remove(cluster, oldest);
    else if (unseen && is_full)
        peer_remove(cluster, unseen);
}

struct peer *peer_find(struct cluster *cluster, const char *id)
{
    struct peer *peer;
    TAILQ_FOREACH(peer, &cluster->peers, entry)
        if (strcmp(peer->id, id) == 0)
            return peer;
    forget_one(cluster);
    peer = cluster->peer_count < MAX_PEERS ? calloc(1, sizeof(*peer)) : NULL;
    if (!peer)
        return NULL;
    memcpy(peer->id, id, sizeof(peer->id));
    TAILQ_INIT(&peer->people);
    TAILQ_INSERT_TAIL(&cluster->peers, peer, entry);
    cluster->peer_count++;
    return peer;
}

void peer_bury(struct peer *peer)
{
    struct person *person, *next;
    for (person = TAILQ_FIRST(&peer->people); person; person = next) {
        next = TAILQ_NEXT(person, entry);
        person_remove(person);
    }
    peer->is_alive = false;
    peer->clients = 0;
}

/*
 * Lists of names
 */

/* Returns the next line of the list, with a NUL at its end, or NULL if the list has ended. */
static char *next_line(char **list)
{
    char *line = *list, *end = line ? strchr(line, '\n') : NULL;
    *list = end ? end + 1 : NULL;
    if (end)
        *end = '\0';
    return end ? line : NULL;
}

static void put_list(struct cluster *cluster, struct peer *peer, const struct entry *list)
{
    char *copy = strdup(list->text), *rest = copy, *room, *name;
    bool is_silent = *list->other;
    for (int i = 0; (room = next_line(&rest)) && (name = next_line(&rest)); i++) {
        if (i == NAMES_IN_ENTRY) {
            cluster->invalid++;
            break;
        }
        const struct entry entry = {.room = room, .name = name, .other = ""};
        if (room_name_is_valid(room) && name_is_valid(name))
            put(cluster, peer, &entry, is_silent);
        else
            cluster->invalid++;
    }
    free(copy);
}

static void mark_all_stale(struct peer *peer)
{
    struct person *person;
    TAILQ_FOREACH(person, &peer->people, entry)
        person->is_stale = true;
}

static void remove_stale(struct peer *peer)
{
    struct person *person, *next;
    for (person = TAILQ_FIRST(&peer->people); person; person = next) {
        next = TAILQ_NEXT(person, entry);
        if (person->is_stale)
            person_remove(person);
    }
}

/*
 * What other servers write
 */

static void expect_answer(struct cluster *cluster)
{
    if (cluster->answer.place == 0)
        loop_timer_start(
            cluster->loop, &cluster->answer, loop_deadline(cluster->loop, ANSWER_SECONDS));
}

static void apply_list(struct cluster *cluster, struct peer *peer, const struct entry *entry)
{
    if (entry->is_first)
        mark_all_stale(peer);
    put_list(cluster, peer, entry);
    if (entry->is_last)
        remove_stale(peer);
}

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
        person = person_find(cluster, peer, entry->name);
        if (person)
            person_remove(person);
        break;
    default:
        break;
    }
}

void people_apply(struct cluster *cluster, struct peer *peer, const struct entry *entry)
{
    if (entry->kind == ENTRY_BYE) {
        peer_bury(peer);
        return;
    }
    if (!peer->is_alive && cluster->is_ready && entry->kind != ENTRY_HELLO)
        outbox_add(cluster, (struct entry){.kind = ENTRY_HELLO}, NULL); /* who are you? */
    peer->is_alive = true;
    peer->missed = 0;
    if (entry->kind == ENTRY_HELLO)
        expect_answer(cluster);
    else if (entry->kind == ENTRY_HERE)
        apply_list(cluster, peer, entry);
    else if (entry->kind == ENTRY_NAME)
        put(cluster, peer, entry, false);
    else
        people_deliver(cluster, peer, entry, NULL);
}

void people_free(struct cluster *cluster)
{
    struct peer *peer, *next;
    peer_bury(&cluster->self);
    for (peer = TAILQ_FIRST(&cluster->peers); peer; peer = next) {
        next = TAILQ_NEXT(peer, entry);
        peer_remove(cluster, peer);
    }
}
