/* Trims the stream.
 *
 * A server that comes back after an outage needs the entries of that time, and a new server needs
 * the last messages of all rooms. So the newest 32 MiB always stay. Entries of the last 90 seconds
 * stay, too, but never more than 256 MiB, because a Redis whose memory is full refuses all
 * messages. A server that misses entries because of that limit tells its clients (loss.c). */
#include "04-chat-server/cluster/private.h"

#define MARK_BYTES ((size_t)1 << 20)
#define KEPT_MARKS 32
#define KEPT_MS 90000
#define OVERHEAD 100 /* estimated bytes of an entry besides its texts */

static size_t size_of(const redisReply *entry)
{
    size_t size = OVERHEAD;
    const redisReply *fields = entry->elements == 2 ? entry->element[1] : entry;
    for (size_t i = 0; i < fields->elements; i++)
        size += fields->element[i]->len;
    return size;
}

/* Chooses the id of the oldest entry that stays. Returns false if all have to stay. */
static bool choose(const struct cluster *cluster, bool is_full, struct entry_id *oldest)
{
    const struct trim *trim = &cluster->trim;
    uint64_t now = cluster->cursor.milliseconds;
    if (trim->count <= KEPT_MARKS)
        return false;
    *oldest = trim->marks[(trim->count - KEPT_MARKS) % MAX_MARKS];
    if (is_full)
        return true;
    const struct entry_id by_time = {now > KEPT_MS ? now - KEPT_MS : 0, 0};
    if (entry_id_compare(by_time, *oldest) < 0)
        *oldest = by_time;
    const struct entry_id by_size = trim->marks[trim->count % MAX_MARKS];
    if (trim->count >= MAX_MARKS && entry_id_compare(by_size, *oldest) > 0)
        *oldest = by_size;
    return true;
}

static void trimmed(int result, void *argument)
{
    if (result < 0)
        outage_begin(argument, result);
}

void trim_note(struct cluster *cluster, const redisReply *entry)
{
    struct trim *trim = &cluster->trim;
    struct entry_id oldest;
    trim->bytes += size_of(entry);
    if (trim->bytes < MARK_BYTES)
        return;
    trim->bytes = 0;
    trim->marks[trim->count++ % MAX_MARKS] = cluster->cursor;
    if (cluster->is_ready && choose(cluster, false, &oldest))
        redis_send(&cluster->writer, NULL, trimmed, cluster,
            "XTRIM " STREAM_KEY " MINID ~ %llu-%llu", (unsigned long long)oldest.milliseconds,
            (unsigned long long)oldest.sequence);
}

void trim_reset(struct cluster *cluster)
{
    cluster->trim.count = cluster->trim.bytes = 0;
}

int trim_begin(struct cluster *cluster)
{
    struct entry_id oldest = {0};
    if (cluster->problem == UV_ENOSPC)
        choose(cluster, true, &oldest);
    return redis_call(&cluster->writer, NULL, NULL, "XTRIM " STREAM_KEY " MINID %llu-%llu",
        (unsigned long long)oldest.milliseconds, (unsigned long long)oldest.sequence);
}
