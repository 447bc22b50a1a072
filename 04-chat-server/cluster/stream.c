/* The stream: every server reads all of it, in one order. */
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/cluster/private.h"

#define BLOCK_MS 2000 /* of an XREAD without entries; then it is sent again */
#define ENTRIES_AT_ONCE 100
#define MAX_GAP 90000 /* ms: after a longer one, old messages are for /historico only */

/*
 * Reading
 */

static void apply(struct cluster *cluster, const struct entry *entry)
{
    if (strcmp(entry->server, cluster->self.id) == 0) {
        if (!outbox_confirm(cluster, entry->number))
            cluster->duplicates++;
        return;
    }
    struct peer *peer = peer_find(cluster, entry->server);
    if (!peer || entry->number <= peer->last) {
        cluster->duplicates++;
        return;
    }
    peer->last = entry->number;
    if (!cluster->is_history || cluster->cursor.milliseconds >= cluster->deliver_from)
        people_apply(cluster, peer, entry);
    else if (entry->kind == ENTRY_MESSAGE)
        room_remember(cluster->server, entry->room, entry->name, entry->text, entry->size);
}

/* Handles the answer of XREAD, [[key, entries]] or nil. Returns the number of entries. */
static int read_entries(const redisReply *reply, void *argument)
{
    struct cluster *cluster = argument;
    if (reply->type == REDIS_REPLY_NIL || (reply->type == REDIS_REPLY_ARRAY && !reply->elements))
        return 0;
    const redisReply *stream = reply->type == REDIS_REPLY_ARRAY ? reply->element[0] : reply;
    if (stream->type != REDIS_REPLY_ARRAY || stream->elements != 2 ||
        stream->element[1]->type != REDIS_REPLY_ARRAY || stream->element[1]->elements > INT32_MAX)
        return UV_EPROTO;
    const redisReply *entries = stream->element[1];
    for (size_t i = 0; i < entries->elements; i++) {
        struct entry entry;
        struct entry_id id;
        bool has_id;
        int error = entry_parse(&entry, &id, &has_id, entries->element[i]);
        if (!has_id || entry_id_compare(id, cluster->cursor) <= 0)
            return UV_EPROTO;
        cluster->cursor = id;
        cluster->read++;
        if (error)
            cluster->invalid++;
        else
            apply(cluster, &entry);
    }
    return (int)entries->elements;
}

static int read_now(struct cluster *cluster)
{
    return redis_call(&cluster->reader, read_entries, cluster,
        "XREAD COUNT %d STREAMS " STREAM_KEY " %llu-%llu", ENTRIES_AT_ONCE,
        (unsigned long long)cluster->cursor.milliseconds,
        (unsigned long long)cluster->cursor.sequence);
}

/* If there is nothing new, the stream may have been deleted, and the ids of the new one may be
 * smaller because Redis' clock has jumped. */
int stream_follow(struct cluster *cluster)
{
    int count = redis_call(&cluster->reader, read_entries, cluster,
        "XREAD COUNT %d BLOCK %d STREAMS " STREAM_KEY " %llu-%llu", ENTRIES_AT_ONCE, BLOCK_MS,
        (unsigned long long)cluster->cursor.milliseconds,
        (unsigned long long)cluster->cursor.sequence);
    return count == 0 ? stream_check(cluster) : count;
}

/*
 * What was missed
 */

/* Handles the answer of XINFO STREAM. A stream whose last entry is older than the cursor is not the
 * one that was read: Redis has lost it, or a part of it. This server then reads it from the
 * beginning, and the numbers of the entries tell which ones are new. */
static int check_stream(const redisReply *reply, void *argument)
{
    struct cluster *cluster = argument;
    struct entry_id last;
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i + 1 < reply->elements; i += 2) {
        const redisReply *field = reply->element[i];
        if (field->type != REDIS_REPLY_STRING && field->type != REDIS_REPLY_STATUS)
            continue;
        if (strcmp(field->str, "last-generated-id") != 0 ||
            !entry_id_parse(&last, reply->element[i + 1]))
            continue;
        if (entry_id_compare(last, cluster->cursor) < 0)
            cluster->cursor = (struct entry_id){0};
        return 0;
    }
    return UV_EPROTO;
}

int stream_check(struct cluster *cluster)
{
    int error = redis_call(&cluster->reader, check_stream, cluster, "XINFO STREAM " STREAM_KEY);
    if (error != UV_ENOENT)
        return error;
    cluster->cursor = (struct entry_id){0}; /* there is no stream yet */
    return 0;
}

/* Handles the answer of TIME. Entries written since this server began, or since it lost Redis, go
 * to its clients. Older ones, and those from before a long outage, only go to /historico. */
static int choose_what_to_deliver(const redisReply *reply, void *argument)
{
    struct cluster *cluster = argument;
    uint64_t gap = loop_now(cluster->loop) - cluster->away_since;
    bool is_time = reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
                   reply->element[0]->type == REDIS_REPLY_STRING &&
                   reply->element[1]->type == REDIS_REPLY_STRING;
    if (!is_time)
        return UV_EPROTO;
    uint64_t now = strtoull(reply->element[0]->str, NULL, 10) * 1000 +
                   strtoull(reply->element[1]->str, NULL, 10) / 1000;
    cluster->is_history = !cluster->has_read || gap > MAX_GAP;
    gap = gap < MAX_GAP ? gap : MAX_GAP;
    cluster->deliver_from = now > gap ? now - gap : 0;
    return 0;
}

int stream_catch_up(struct cluster *cluster)
{
    int count = redis_call(&cluster->reader, choose_what_to_deliver, cluster, "TIME");
    if (count < 0)
        return count;
    do
        count = read_now(cluster);
    while (count > 0);
    cluster->is_history = false;
    cluster->has_read = cluster->has_read || count == 0;
    return count;
}
