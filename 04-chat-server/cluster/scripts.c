/* Redis decides which client owns a name. Each step is a script, which Redis runs without
 * interruption. If a script that this server sent over an earlier connection arrives late, it does
 * nothing. */
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/cluster/private.h"
#include "04-chat-server/text.h"

#define NAMES_IN_CLAIM 500

/* The first arguments of all scripts: KEYS are the stream, the names and this server's key; ARGV[1]
 * to [3] are this server's id, its epoch, and the prefix of the servers' keys. */
#define KEYS_AND_ARGUMENTS "3 " STREAM_KEY " " NAMES_KEY " " SERVER_KEY "%s %s %u " SERVER_KEY " "

#define PRELUDE                                                                                    \
    "local stream, names, key = KEYS[1], KEYS[2], KEYS[3] "                                        \
    "local id, epoch, prefix = ARGV[1], ARGV[2], ARGV[3] "                                         \
    "local mine = id .. ' ' .. epoch "                                                             \
    "local now = redis.call('GET', key) "                                                          \
    "if not now or string.match(now, '^%d+') ~= epoch then return 'late' end "                     \
    "local function is_taken(name) "                                                               \
    "  local owner = redis.call('HGET', names, name) "                                             \
    "  if not owner then return false end "                                                        \
    "  local other = string.sub(owner, 1, 16) "                                                    \
    "  return other ~= id and redis.call('EXISTS', prefix .. other) == 1 "                         \
    "end "

/* Gives a client a new name. ARGV[4] is the number of the previous entry, [5] that of this one, [6]
 * is the new name in lower case, [7] the old one, [8] the room, [9] the new name, and [10] the old
 * one. A refusal writes an entry, too, so that the entries' numbers have no gap. */
static const char take[] = PRELUDE
    "local new, old = ARGV[6], ARGV[7] "
    "if is_taken(new) then "
    "  redis.call('XADD', stream, '*', 'kind', 'none', 'server', id, 'number', ARGV[5], "
    "    'after', ARGV[4]) "
    "  return 'taken' "
    "end "
    "redis.call('HSET', names, new, mine) "
    "if old ~= '' and old ~= new and redis.call('HGET', names, old) == mine then "
    "  redis.call('HDEL', names, old) "
    "end "
    "redis.call('XADD', stream, '*', 'kind', 'name', 'server', id, "
    "  'number', ARGV[5], 'after', ARGV[4], 'room', ARGV[8], 'name', ARGV[9], 'other', ARGV[10]) "
    "return 'ok'";

/* Gives up a name. ARGV[4] and [5] are as above, [6] is the name in lower case, and [7] the name.
 */
static const char leave[] = PRELUDE
    "if redis.call('HGET', names, ARGV[6]) == mine then redis.call('HDEL', names, ARGV[6]) end "
    "redis.call('XADD', stream, '*', 'kind', 'left', 'server', id, 'number', ARGV[5], "
    "  'after', ARGV[4], 'name', ARGV[7]) "
    "return 'ok'";

/* Claims names for this server. ARGV[4] contains them in lower case, each on a line of its own.
 * Returns those that belong to other servers. */
static const char claim[] = PRELUDE "local refused = {} "
                                    "for name in string.gmatch(ARGV[4], '[^\\n]+') do "
                                    "  if is_taken(name) then refused[#refused + 1] = name "
                                    "  else redis.call('HSET', names, name, mine) end "
                                    "end "
                                    "return refused";

/* Removes the names of servers that are gone, and those that this server had in earlier epochs. */
static const char sweep[] =
    PRELUDE "local all, is_there = redis.call('HGETALL', names), {} "
            "for i = 1, #all, 2 do "
            "  local owner = string.sub(all[i + 1], 1, 16) "
            "  if is_there[owner] == nil then "
            "    is_there[owner] = redis.call('EXISTS', prefix .. owner) == 1 "
            "  end "
            "  if not is_there[owner] or (owner == id and all[i + 1] ~= mine) then "
            "    redis.call('HDEL', names, all[i]) "
            "  end "
            "end "
            "return 'ok'";

/* Removes all names of this server, and its key. ARGV[4] is the entry's number. */
static const char bye[] =
    PRELUDE "local all = redis.call('HGETALL', names) "
            "for i = 1, #all, 2 do "
            "  if string.sub(all[i + 1], 1, 16) == id then redis.call('HDEL', names, all[i]) end "
            "end "
            "redis.call('DEL', key) "
            "redis.call('XADD', stream, '*', 'kind', 'bye', 'server', id, 'number', ARGV[4]) "
            "return 'ok'";

static bool is(const redisReply *reply, const char *word)
{
    return (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS) &&
           strcmp(reply->str, word) == 0;
}

static int check(const redisReply *reply, void *unused)
{
    (void)unused;
    return is(reply, "ok")      ? 0
           : is(reply, "taken") ? UV_EEXIST
           : is(reply, "late")  ? UV_ESRCH
                                : UV_EPROTO;
}

/*
 * One name
 */

/* If the name is taken, the script has written that into the stream. */
static void answered(int result, void *argument)
{
    if (result < 0 && result != UV_EEXIST)
        outage_begin(argument, result);
}

void script_send_name(struct cluster *cluster, const struct post *post)
{
    const struct entry *entry = &post->entry;
    char name[4 * MAX_NAME_CHARACTERS + 1], old[4 * MAX_NAME_CHARACTERS + 1];
    text_fold_name(entry->name, name);
    text_fold_name(entry->other, old);
    redis_send(&cluster->writer, check, answered, cluster,
        "EVAL %s " KEYS_AND_ARGUMENTS "%llu %llu %s %s %s %s %s", take, cluster->self.id,
        cluster->self.id, cluster->epoch, (unsigned long long)entry->after,
        (unsigned long long)entry->number, name, old, entry->room, entry->name, entry->other);
}

void script_send_left(struct cluster *cluster, const struct post *post)
{
    char name[4 * MAX_NAME_CHARACTERS + 1];
    text_fold_name(post->entry.name, name);
    redis_send(&cluster->writer, check, answered, cluster,
        "EVAL %s " KEYS_AND_ARGUMENTS "%llu %llu %s %s", leave, cluster->self.id, cluster->self.id,
        cluster->epoch, (unsigned long long)post->entry.after,
        (unsigned long long)post->entry.number, name, post->entry.name);
}

/*
 * All names
 */

/* Takes the refused names from the clients of this server. server_find ignores case, so it finds a
 * name in lower case. */
static int lose_refused(const redisReply *reply, void *argument)
{
    struct cluster *cluster = argument;
    if (reply->type != REDIS_REPLY_ARRAY)
        return is(reply, "late") ? UV_ESRCH : UV_EPROTO;
    for (size_t i = 0; i < reply->elements; i++) {
        const redisReply *name = reply->element[i];
        struct client *client =
            name->type == REDIS_REPLY_STRING ? server_find(cluster->server, name->str) : NULL;
        if (client && !client->is_remote)
            local_lose_name(cluster, client);
    }
    return 0;
}

/* Returns the names that have not been claimed in this epoch, and marks them as claimed; NULL if
 * out of memory. */
static char *write_names(struct cluster *cluster, size_t *count)
{
    char *names = NULL, folded[4 * MAX_NAME_CHARACTERS + 1];
    size_t size;
    FILE *stream = open_memstream(&names, &size);
    struct client *client;
    *count = 0;
    if (!stream)
        return NULL;
    TAILQ_FOREACH(client, &cluster->locals, relay_entry) {
        if (!client->name || client->relay_epoch == cluster->epoch || *count == NAMES_IN_CLAIM)
            continue;
        client->relay_epoch = cluster->epoch;
        text_fold_name(client->name, folded);
        fprintf(stream, "%s\n", folded);
        ++*count;
    }
    if (fclose(stream) == 0)
        return names;
    free(names);
    return NULL;
}

static int claim_all(struct cluster *cluster)
{
    int error = 0;
    size_t count = 1;
    while (!error && count > 0) {
        char *names = write_names(cluster, &count);
        if (!names)
            return UV_ENOMEM;
        if (count > 0)
            error = redis_call(&cluster->writer, lose_refused, cluster,
                "EVAL %s " KEYS_AND_ARGUMENTS "%s", claim, cluster->self.id, cluster->self.id,
                cluster->epoch, names);
        free(names);
    }
    return error;
}

/* Claims the names before it removes old ones, so that no name is free in between. Claims again
 * afterwards, because clients may have taken names during the wait. */
int script_enroll(struct cluster *cluster)
{
    int error = claim_all(cluster);
    if (!error)
        error = redis_call(&cluster->writer, check, NULL, "EVAL %s " KEYS_AND_ARGUMENTS, sweep,
            cluster->self.id, cluster->self.id, cluster->epoch);
    return error ? error : claim_all(cluster);
}

void script_say_bye(struct cluster *cluster)
{
    redis_call(&cluster->writer, check, NULL, "EVAL %s " KEYS_AND_ARGUMENTS "%llu", bye,
        cluster->self.id, cluster->self.id, cluster->epoch, (unsigned long long)++cluster->number);
}
