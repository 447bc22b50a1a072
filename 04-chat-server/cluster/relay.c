/* The functions that the chat calls. rooms.c and names.c know the cluster only as struct relay. */
#include <string.h>

#include "04-chat-server/cluster/private.h"

static int send_message(struct relay *relay, struct client *origin, const char *text, size_t size)
{
    struct cluster *cluster = (struct cluster *)relay;
    const struct entry entry = {.kind = ENTRY_MESSAGE,
        .room = origin->room->name,
        .name = origin->name,
        .text = text,
        .size = size};
    return outbox_add(cluster, entry, origin) ? 0 : UV_ENOMEM;
}

/* A private message to a client of this server goes through the stream, too. Otherwise it could
 * arrive before what the sender wrote in the room earlier. */
static int send_private(
    struct relay *relay, struct client *origin, struct client *recipient, const char *text)
{
    struct cluster *cluster = (struct cluster *)relay;
    if (!cluster->is_ready && !recipient->is_remote)
        return name_deliver(recipient, origin->name, text);
    const struct entry entry = {.kind = ENTRY_PRIVATE,
        .name = origin->name,
        .other = recipient->name,
        .text = text,
        .size = strlen(text)};
    return outbox_add(cluster, entry, origin) ? 0 : UV_ENOMEM;
}

static int take_name_alone(struct cluster *cluster, struct client *client, const char *name)
{
    int error = name_set(client, name);
    if (!error)
        local_add(cluster, client);
    return error;
}

static int take_name(struct relay *relay, struct client *client, const char *name)
{
    struct cluster *cluster = (struct cluster *)relay;
    struct future taken = {0};
    int result;
    if (!cluster->is_ready)
        return take_name_alone(cluster, client, name);
    if (outbox_has_name(cluster, name))
        return UV_EEXIST;
    const struct entry entry = {
        .kind = ENTRY_NAME, .room = client->room->name, .name = name, .other = client->name};
    struct post *post = outbox_add(cluster, entry, client);
    if (!post)
        return UV_ENOMEM;
    post->waiter = &taken;
    int error = future_wait(&taken, &result);
    if (!error)
        return result;
    outbox_forget_client(cluster, client); /* it is leaving */
    return error;
}

static int wait_for_own(struct relay *relay, struct client *client)
{
    struct cluster *cluster = (struct cluster *)relay;
    struct future delivered = {0};
    struct post *post = outbox_last_of(cluster, client);
    if (!post)
        return 0;
    post->waiter = &delivered;
    int error = future_wait(&delivered, NULL);
    if (error)
        outbox_forget_client(cluster, client); /* it is leaving */
    return error;
}

static void leave(struct relay *relay, struct client *client)
{
    struct cluster *cluster = (struct cluster *)relay;
    outbox_forget_client(cluster, client);
    local_remove(cluster, client);
    if (!client->name || !cluster->is_ready || cluster->server->closing)
        return;
    const struct entry entry = {.kind = ENTRY_LEFT, .name = client->name};
    struct person *person = people_keep(cluster, client);
    if (!outbox_add(cluster, entry, NULL) && person)
        person_remove(person);
}

static void note_count(struct relay *relay)
{
    struct cluster *cluster = (struct cluster *)relay;
    if (cluster->is_ready)
        loop_at_end_of_iteration(cluster->loop, &cluster->recount);
}

static size_t count(struct relay *relay)
{
    return beat_count((struct cluster *)relay);
}

const struct relay cluster_relay = {.send = send_message,
    .send_private = send_private,
    .take_name = take_name,
    .wait_for_own = wait_for_own,
    .leave = leave,
    .note_count = note_count,
    .count = count,
    .is_well = report_is_well,
    .write_health = report_health,
    .write_metrics = report_metrics};
