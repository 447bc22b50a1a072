/* Each server has a key in Redis, which holds its epoch and the number of its clients, and which
 * expires when the server does not renew it. */
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/cluster/private.h"

#define MISSED_BEATS 2 /* in a row: the server is gone; a jump of Redis' clock may cause one */
/* Beats with the same first entry in the outbox, each after the stream was read to its end. Redis
 * has lost that entry. */
#define STUCK_BEATS 2

#define SET_KEY "SET " SERVER_KEY "%s %b PX %d"

/* Each server has a field in the hash of names: this marker and the server's id. It cannot be a
 * name, because no name contains a newline. If the field is missing, Redis has lost the hash. */
#define MARKER "\n"
#define VALUE_SIZE 48

static size_t write_value(const struct cluster *cluster, char value[VALUE_SIZE])
{
    return (size_t)snprintf(
        value, VALUE_SIZE, "%u %zu", cluster->epoch, cluster->server->connected);
}

/* If the key has expired, or Redis has lost it, the answer is nil. Then other servers may have
 * taken the names of this server's clients. */
static int check_key(const redisReply *reply, void *unused)
{
    (void)unused;
    return reply->type == REDIS_REPLY_NIL ? UV_ESRCH : 0;
}

/* The answer of HSETNX is 1 if the marker was missing. */
static int check_marker(const redisReply *reply, void *unused)
{
    (void)unused;
    return reply->type == REDIS_REPLY_INTEGER && reply->integer == 0 ? 0 : UV_ESRCH;
}

static void checked(int result, void *argument)
{
    if (result < 0)
        outage_begin(argument, result);
}

static void renew(struct cluster *cluster)
{
    char value[VALUE_SIZE];
    size_t size = write_value(cluster, value);
    redis_send(&cluster->writer, check_key, checked, cluster, SET_KEY " XX", cluster->self.id,
        value, size, SERVER_EXPIRES);
}

/* Returns the number of clients that a server's key contains. */
static size_t count_in(const redisReply *value)
{
    unsigned long count = 0;
    unsigned epoch;
    if (sscanf(value->str, "%9u %9lu", &epoch, &count) != 2)
        return 0;
    return count;
}

/* A request for the keys of all peers. The list of peers may change before the answer comes. */
struct question {
    struct cluster *cluster;
    unsigned generation;
    bool is_beat;
};

static void note_key(struct peer *peer, const redisReply *value, bool is_beat)
{
    if (value->type == REDIS_REPLY_STRING) {
        peer->missed = 0;
        peer->has_key = true;
        peer->clients = count_in(value);
        return;
    }
    peer->clients = 0;
    if (peer->is_alive && is_beat && ++peer->missed >= MISSED_BEATS)
        peer_bury(peer);
}

static int note_keys(const redisReply *reply, void *argument)
{
    const struct question *question = argument;
    struct cluster *cluster = question->cluster;
    size_t i = 0;
    if (reply->type != REDIS_REPLY_ARRAY)
        return UV_EPROTO;
    if (question->generation != cluster->generation)
        return 0;
    struct peer *peer;
    TAILQ_FOREACH(peer, &cluster->peers, entry)
        if (i < reply->elements)
            note_key(peer, reply->element[i++], question->is_beat);
    return 0;
}

static void asked(int result, void *argument)
{
    struct question *question = argument;
    if (result < 0)
        outage_begin(question->cluster, result);
    free(question);
}

/* Returns the command MGET with the keys of all peers, or NULL if out of memory. */
static char *write_question(const struct cluster *cluster)
{
    char *text = NULL;
    size_t size;
    const struct peer *peer;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return NULL;
    fputs("MGET", stream);
    TAILQ_FOREACH(peer, &cluster->peers, entry)
        fprintf(stream, " " SERVER_KEY "%s", peer->id);
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

static void ask(struct cluster *cluster)
{
    struct question *question = malloc(sizeof(*question));
    char *text = TAILQ_EMPTY(&cluster->peers) ? NULL : write_question(cluster);
    if (question && text) {
        *question = (struct question){cluster, cluster->generation, true};
        redis_send(&cluster->writer, note_keys, asked, question, text);
    } else {
        free(question);
    }
    free(text);
}

/* Redis may lose an entry before this server reads it back (XTRIM, FLUSHALL). Without this check, a
 * client that waits for the entry would wait forever. While Redis' answers arrive slowly, the entry
 * is only late: it counts as lost when this server has read the stream to its end twice. */
static void check_outbox(struct cluster *cluster)
{
    const struct post *first = TAILQ_FIRST(&cluster->outbox);
    uint64_t number = first ? first->entry.number : 0;
    if (!number || number != cluster->first_number)
        cluster->stuck_beats = 0;
    else if (cluster->has_caught_up)
        cluster->stuck_beats++;
    cluster->has_caught_up = false;
    cluster->first_number = number;
    if (cluster->stuck_beats >= STUCK_BEATS)
        outage_begin(cluster, UV_ENOENT);
}

static void beat(void *argument)
{
    struct cluster *cluster = argument;
    check_outbox(cluster);
    renew(cluster);
    redis_send(&cluster->writer, check_marker, checked, cluster,
        "HSETNX " NAMES_KEY " " MARKER "%s -", cluster->self.id);
    ask(cluster);
    uint64_t next = loop_deadline(cluster->loop, BEAT_SECONDS);
    if (cluster->is_ready && loop_timer_start(cluster->loop, &cluster->beat, next))
        outage_begin(cluster, UV_ENOMEM);
}

int beat_begin(struct cluster *cluster)
{
    char value[VALUE_SIZE], owner[VALUE_SIZE];
    size_t size = write_value(cluster, value);
    size_t owner_size =
        (size_t)snprintf(owner, sizeof(owner), "%s %u", cluster->self.id, cluster->epoch);
    int error = redis_call(
        &cluster->writer, NULL, NULL, SET_KEY, cluster->self.id, value, size, SERVER_EXPIRES);
    if (error)
        return error;
    return redis_call(&cluster->writer, NULL, NULL, "HSET " NAMES_KEY " " MARKER "%s %b",
        cluster->self.id, owner, owner_size);
}

void beat_start(struct cluster *cluster)
{
    cluster->beat = (struct loop_timer){.run = beat, .argument = cluster};
    beat(cluster);
}

void beat_stop(struct cluster *cluster)
{
    loop_timer_stop(cluster->loop, &cluster->beat);
    cluster->first_number = 0;
}

void beat_recount(void *argument)
{
    struct cluster *cluster = argument;
    if (cluster->is_ready)
        renew(cluster);
}

size_t beat_count(struct cluster *cluster)
{
    const struct peer *peer;
    struct question question = {cluster, cluster->generation, false};
    char *text =
        cluster->is_ready && !TAILQ_EMPTY(&cluster->peers) ? write_question(cluster) : NULL;
    if (text)
        redis_call(&cluster->writer, note_keys, &question, text);
    free(text);
    size_t count = cluster->server->connected;
    TAILQ_FOREACH(peer, &cluster->peers, entry)
        count += peer->is_alive && cluster->is_ready ? peer->clients : 0;
    return count;
}
