/* The list of the other servers. */
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/cluster/private.h"

#define MAX_PEERS 256
#define MAX_DEAD_PEERS 32 /* stay in the list for the number of their last entry */

/* Buries the peer, takes it out of the list, and frees it. */
static void remove_peer(struct cluster *cluster, struct peer *peer)
{
    peer_bury(peer);
    TAILQ_REMOVE(&cluster->peers, peer, entry);
    cluster->peer_count--;
    cluster->generation++;
    free(peer);
}

/* Makes room in the list: removes the oldest peer that is gone, or else one whose key was never
 * seen, which may not exist. */
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
        remove_peer(cluster, oldest);
    else if (unseen && is_full)
        remove_peer(cluster, unseen);
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

void peers_free(struct cluster *cluster)
{
    struct peer *peer, *next;
    peer_bury(&cluster->self);
    for (peer = TAILQ_FIRST(&cluster->peers); peer; peer = next) {
        next = TAILQ_NEXT(peer, entry);
        remove_peer(cluster, peer);
    }
}
