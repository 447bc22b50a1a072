/* Reads the stream. Every server reads all of it, in the same order. */
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/cluster/private.h"

#define BLOCK_MS 2000 /* after which XREAD returns without entries */
#define ENTRIES_AT_ONCE 100
#define YIELDING_READS 4

/* ms: after a longer outage, older messages are not delivered, only stored for /historico. */
#define MAX_GAP 90000

/*
 * Reading
 */

/* Handles an entry of this server. Returns UV_EADDRINUSE if this server has not written it. */
static int apply_own(struct cluster *cluster, const struct entry *entry)
{
    if (entry->number > cluster->number) {
        cluster->is_forged = true;
        return UV_EADDRINUSE;
    }
    if (entry->number > cluster->confirmed)
        cluster->confirmed = entry->number;
    if (entry->kind == ENTRY_NONE)
        outbox_refuse(cluster, entry->number);
    else if (!outbox_confirm(cluster, entry->number))
        cluster->duplicates++;
    return 0;
}

/* Handles an entry that is too old to be delivered: only a message is stored, for /historico. */
static void apply_late(struct cluster *cluster, const struct entry *entry)
{
    if (entry->kind != ENTRY_MESSAGE)
        return;
    room_remember(cluster->server, entry->room, entry->name, entry->text, entry->size);
    if (cluster->has_read)
        loss_note(cluster, cluster->away_since);
}

static void apply_kind(struct cluster *cluster, struct peer *peer, const struct entry *entry)
{
    if (entry->kind == ENTRY_BYE) {
        peer_bury(peer);
        return;
    }
    if (!peer->is_alive && cluster->is_ready && entry->kind != ENTRY_HELLO)
        outbox_add(cluster, (struct entry){.kind = ENTRY_HELLO}, NULL); /* asks for its names */
    peer->is_alive = true;
    peer->missed = 0;
    if (entry->kind == ENTRY_HELLO)
        lists_expect_answer(cluster);
    else if (entry->kind == ENTRY_HERE)
        lists_apply(cluster, peer, entry);
    else if (entry->kind == ENTRY_NAME)
        people_put(cluster, peer, entry, false);
    else
        people_deliver(cluster, peer, entry, NULL);
}

static void apply_peers(struct cluster *cluster, const struct entry *entry)
{
    struct peer *peer = peer_find(cluster, entry->server);
    if (!peer || entry->number <= peer->last) {
        cluster->duplicates++;
        return;
    }
    if (cluster->has_read && peer->last > 0 && entry->after > peer->last)
        loss_note(cluster, peer->read_at);
    if (!cluster->is_history || cluster->cursor.milliseconds >= cluster->deliver_from)
        apply_kind(cluster, peer, entry);
    else
        apply_late(cluster, entry);
    peer->last = entry->number;
    peer->read_at = loop_now(cluster->loop);
}

/* Handles one entry of XREAD's answer. Returns 0 or an error. */
static int apply(struct cluster *cluster, const redisReply *reply)
{
    struct entry entry;
    struct entry_id id;
    bool has_id;
    int error = entry_parse(&entry, &id, &has_id, reply);
    if (!has_id || entry_id_compare(id, cluster->cursor) <= 0)
        return UV_EPROTO;
    cluster->cursor = id;
    cluster->read++;
    trim_note(cluster, reply);
    if (error)
        cluster->invalid++;
    else if (strcmp(entry.server, cluster->self.id) == 0)
        return apply_own(cluster, &entry);
    else
        apply_peers(cluster, &entry);
    return 0;
}

/* Handles the answer of XREAD, [[key, entries]] or nil. Returns the number of entries. */
static int read_entries(const redisReply *reply, void *argument)
{
    struct cluster *cluster = argument;
    if (reply->type == REDIS_REPLY_NIL || (reply->type == REDIS_REPLY_ARRAY && !reply->elements)) {
        cluster->has_caught_up = true;
        return 0;
    }
    const redisReply *stream = reply->type == REDIS_REPLY_ARRAY ? reply->element[0] : reply;
    if (stream->type != REDIS_REPLY_ARRAY || stream->elements != 2 ||
        stream->element[1]->type != REDIS_REPLY_ARRAY || stream->element[1]->elements > INT32_MAX)
        return UV_EPROTO;
    const redisReply *entries = stream->element[1];
    int error = 0;
    for (size_t i = 0; i < entries->elements && !error; i++)
        error = apply(cluster, entries->element[i]);
    cluster->has_caught_up = cluster->has_caught_up || entries->elements < ENTRIES_AT_ONCE;
    return error ? error : (int)entries->elements;
}

static int read_now(struct cluster *cluster)
{
    return redis_call(&cluster->reader, read_entries, cluster,
        "XREAD COUNT %d STREAMS " STREAM_KEY " %llu-%llu", ENTRIES_AT_ONCE,
        (unsigned long long)cluster->cursor.milliseconds,
        (unsigned long long)cluster->cursor.sequence);
}

/* Before a room sends its batch, the server looks for more messages (websocket/room.c). If Redis
 * and other servers share its processor, they cannot write any while it looks. So it lets them run
 * each time it has sent XREAD, and the batch takes what they write. While entries come one at a
 * time, that would only delay them: after a few such reads the server stops yielding. */
static void choose_whether_to_yield(struct cluster *cluster, int count)
{
    if (count > 1)
        cluster->yielding_reads = YIELDING_READS;
    else if (cluster->yielding_reads > 0)
        cluster->yielding_reads--;
    cluster->reader.yields = cluster->yielding_reads > 0;
}

/* If XREAD returns nothing, the stream may have been deleted, and a new one may have smaller ids,
 * because Redis' clock has jumped back. So then this function checks the stream. */
int stream_follow(struct cluster *cluster)
{
    int count = redis_call(&cluster->reader, read_entries, cluster,
        "XREAD COUNT %d BLOCK %d STREAMS " STREAM_KEY " %llu-%llu", ENTRIES_AT_ONCE, BLOCK_MS,
        (unsigned long long)cluster->cursor.milliseconds,
        (unsigned long long)cluster->cursor.sequence);
    choose_whether_to_yield(cluster, count);
    return count == 0 ? stream_check(cluster) : count;
}

/*
 * Finding out what was missed
 */

/* Returns the value of a field in the answer of XINFO STREAM, or NULL. */
static const redisReply *find_field(const redisReply *reply, const char *name)
{
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i + 1 < reply->elements; i += 2) {
        const redisReply *field = reply->element[i];
        bool is_text = field->type == REDIS_REPLY_STRING || field->type == REDIS_REPLY_STATUS;
        if (is_text && strcmp(field->str, name) == 0)
            return reply->element[i + 1];
    }
    return NULL;
}

/* Redis has lost the stream that this server was reading. The server connects again, and claims its
 * names again, because Redis may have lost them, too. Then it reads the new stream from the
 * beginning, and recognizes the new entries by their numbers. */
static int start_over(struct cluster *cluster)
{
    if (cluster->is_ready)
        return UV_ENOENT;
    cluster->cursor = (struct entry_id){0};
    trim_reset(cluster);
    return 0;
}

static long long find_number(const redisReply *reply, const char *name)
{
    const redisReply *value = find_field(reply, name);
    return value && value->type == REDIS_REPLY_INTEGER ? value->integer : 0;
}

/* Whether entries after the cursor were trimmed. It is not enough that the first entry is newer
 * than the cursor: that is also so if Redis has lost its data and started a new stream, from which
 * nothing was removed. Only Redis 7 tells how many entries were added. With an older Redis, the
 * next entry of each server shows what is missing. */
static bool is_trimmed(const redisReply *reply, struct entry_id cursor)
{
    struct entry_id first;
    const redisReply *entry = find_field(reply, "first-entry");
    if (find_number(reply, "entries-added") <= find_number(reply, "length"))
        return false;
    bool has_first = entry && entry->type == REDIS_REPLY_ARRAY && entry->elements == 2 &&
                     entry_id_parse(&first, entry->element[0]);
    return !has_first || entry_id_compare(first, cursor) > 0;
}

/* Handles the answer of XINFO STREAM. If the last entry is older than the cursor, Redis has lost at
 * least a part of the stream. */
static int check_stream(const redisReply *reply, void *argument)
{
    struct cluster *cluster = argument;
    struct entry_id last;
    const redisReply *value = find_field(reply, "last-generated-id");
    if (!value || !entry_id_parse(&last, value))
        return UV_EPROTO;
    int order = entry_id_compare(last, cluster->cursor);
    if (order < 0)
        return start_over(cluster);
    bool is_back = cluster->has_read && cluster->cursor.milliseconds && !cluster->is_ready;
    if (is_back && order > 0 && is_trimmed(reply, cluster->cursor))
        loss_note(cluster, cluster->away_since);
    return 0;
}

int stream_check(struct cluster *cluster)
{
    int error = redis_call(&cluster->reader, check_stream, cluster, "XINFO STREAM " STREAM_KEY);
    if (error != UV_ENOENT)
        return error;
    return cluster->cursor.milliseconds ? start_over(cluster) : 0; /* there is no stream yet */
}

/* Handles the answer of TIME. This server will deliver the entries that were written since it
 * started, or since it lost Redis, but only those of the last 90 seconds. If Redis has lost the
 * stream, it will deliver all new entries of the last 90 seconds. Older messages are only stored
 * for /historico. */
static int choose_what_to_deliver(const redisReply *reply, void *argument)
{
    struct cluster *cluster = argument;
    bool is_other = cluster->has_read && cluster->cursor.milliseconds == 0;
    uint64_t gap = is_other ? MAX_GAP : loop_now(cluster->loop) - cluster->away_since;
    bool is_time = reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
                   reply->element[0]->type == REDIS_REPLY_STRING &&
                   reply->element[1]->type == REDIS_REPLY_STRING;
    if (!is_time)
        return UV_EPROTO;
    uint64_t now = strtoull(reply->element[0]->str, NULL, 10) * 1000 +
                   strtoull(reply->element[1]->str, NULL, 10) / 1000;
    cluster->is_history = !cluster->has_read || is_other || gap > MAX_GAP;
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
