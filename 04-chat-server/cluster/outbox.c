/* The outbox: what this server writes to the stream. An entry stays in the outbox until this server
 * reads it back from the stream, because only then is its place in the common order known. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/cluster/private.h"
#include "04-chat-server/text.h"

static struct post *find(const struct cluster *cluster, uint64_t number)
{
    struct post *post;
    TAILQ_FOREACH(post, &cluster->outbox, link)
        if (post->entry.number >= number)
            return post->entry.number == number ? post : NULL;
    return NULL;
}

static void discard(struct cluster *cluster, struct post *post)
{
    TAILQ_REMOVE(&cluster->outbox, post, link);
    cluster->outbox_bytes -= post->bytes;
    free(post);
}

/*
 * Delivering to this server's clients
 */

static void end_waiting(struct post *post, int result)
{
    if (post->waiter)
        future_set(post->waiter, result);
    post->waiter = NULL;
}

/* If the client has left in the meantime, the name has to be given up. */
static void apply_name(struct cluster *cluster, struct post *post)
{
    struct client *client = post->origin;
    if (client) {
        int error = name_set(client, post->entry.name);
        if (!error)
            local_add(cluster, client);
        end_waiting(post, error);
    } else if (cluster->is_ready) {
        outbox_add(cluster, (struct entry){.kind = ENTRY_LEFT, .name = post->entry.name}, NULL);
    }
}

static void apply(struct cluster *cluster, struct post *post)
{
    const struct entry *entry = &post->entry;
    post->is_applied = true;
    if (entry->kind == ENTRY_NAME)
        apply_name(cluster, post);
    else
        people_deliver(cluster, &cluster->self, entry, post->origin ? post->origin->socket : NULL);
    end_waiting(post, 0);
}

bool outbox_confirm(struct cluster *cluster, uint64_t number)
{
    struct post *post = find(cluster, number);
    if (!post)
        return false;
    if (!post->is_applied)
        apply(cluster, post);
    discard(cluster, post);
    return true;
}

void outbox_refuse(struct cluster *cluster, uint64_t number)
{
    struct post *post = find(cluster, number);
    if (!post || post->entry.kind != ENTRY_NAME)
        return;
    end_waiting(post, UV_EEXIST);
    discard(cluster, post);
}

/* Whether other servers need the entry after the outage. Names do not count, because the other
 * servers will get a list of all names. */
static bool is_for_others(const struct cluster *cluster, const struct entry *entry)
{
    if (entry->kind == ENTRY_MESSAGE)
        return true;
    const struct client *recipient =
        entry->kind == ENTRY_PRIVATE ? server_find(cluster->server, entry->other) : NULL;
    return recipient && recipient->is_remote;
}

void outbox_apply_all(struct cluster *cluster)
{
    struct post *post, *next;
    for (post = TAILQ_FIRST(&cluster->outbox); post; post = next) {
        next = TAILQ_NEXT(post, link);
        if (!post->is_applied)
            apply(cluster, post);
        if (!is_for_others(cluster, &post->entry))
            discard(cluster, post);
    }
}

/*
 * Writing to the stream
 */

static void written(int result, void *argument)
{
    struct cluster *cluster = argument;
    if (result < 0)
        outage_begin(cluster, result);
}

/* A command, as words. */
struct command {
    int count;
    const char *texts[24];
    size_t sizes[24];
};

static void add_word(struct command *command, const char *text, size_t size)
{
    command->texts[command->count] = text;
    command->sizes[command->count++] = size;
}

/* An empty field would cost each server that reads the entry as much as a full one. */
static void add_field(struct command *command, const char *name, const char *value, size_t size)
{
    if (size == 0)
        return;
    add_word(command, name, strlen(name));
    add_word(command, value, size);
}

static void add_number(struct command *command, const char *name, char digits[24], uint64_t number)
{
    int size = snprintf(digits, 24, "%llu", (unsigned long long)number);
    add_field(command, name, digits, (size_t)size);
}

static void send_entry(struct cluster *cluster, const struct entry *entry)
{
    struct command command = {3, {"XADD", STREAM_KEY, "*"}, {4, strlen(STREAM_KEY), 1}};
    char number[24], after[24];
    const char *kind = entry_kind_names[entry->kind];
    add_field(&command, "kind", kind, strlen(kind));
    add_field(&command, "server", cluster->self.id, strlen(cluster->self.id));
    add_number(&command, "number", number, entry->number);
    add_number(&command, "after", after, entry->after);
    add_field(&command, "room", entry->room, strlen(entry->room));
    add_field(&command, "name", entry->name, strlen(entry->name));
    add_field(&command, "other", entry->other, strlen(entry->other));
    add_field(
        &command, "part", entry->is_first ? "fl" : "l", (size_t)entry->is_first + entry->is_last);
    add_field(&command, "text", entry->text, entry->size);
    redis_send_words(
        &cluster->writer, written, cluster, command.count, command.texts, command.sizes);
}

/* Each entry contains the number of the one before it, so that other servers notice a missing one.
 */
static void send_post(struct cluster *cluster, struct post *post)
{
    uint64_t number = post->entry.number;
    post->entry.after = cluster->previous < number ? cluster->previous : number - 1;
    cluster->previous = cluster->previous > number ? cluster->previous : number;
    if (post->entry.kind == ENTRY_NAME)
        script_send_name(cluster, post);
    else if (post->entry.kind == ENTRY_LEFT)
        script_send_left(cluster, post);
    else
        send_entry(cluster, &post->entry);
    cluster->posted++;
}

static const char *copy(char **end, const char *text, size_t size)
{
    char *start = *end;
    if (size > 0)
        memcpy(start, text, size);
    start[size] = '\0';
    *end += size + 1;
    return start;
}

static const char *copy_text(char **end, const char *text)
{
    return copy(end, text ? text : "", text ? strlen(text) : 0);
}

static size_t size_of(const char *text)
{
    return text ? strlen(text) + 1 : 1;
}

static struct post *make(struct entry entry)
{
    size_t bytes = sizeof(struct post) + size_of(entry.room) + size_of(entry.name) +
                   size_of(entry.other) + entry.size + 1;
    struct post *post = calloc(1, bytes);
    if (!post)
        return NULL;
    char *end = (char *)(post + 1);
    post->entry = entry;
    post->entry.room = copy_text(&end, entry.room);
    post->entry.name = copy_text(&end, entry.name);
    post->entry.other = copy_text(&end, entry.other);
    post->entry.text = copy(&end, entry.text, entry.size);
    post->bytes = bytes;
    return post;
}

/* While Redis is away, a full outbox drops its oldest messages. Entries about names are small and
 * are always kept, because the other servers need them. */
static bool has_room_for(struct cluster *cluster, const struct entry *entry, size_t bytes)
{
    struct post *post, *next;
    if (entry->kind != ENTRY_MESSAGE && entry->kind != ENTRY_PRIVATE)
        return true;
    for (post = TAILQ_FIRST(&cluster->outbox); post && !cluster->is_ready; post = next) {
        if (cluster->outbox_bytes + bytes <= MAX_OUTBOX)
            break;
        next = TAILQ_NEXT(post, link);
        cluster->dropped = post->entry.number;
        cluster->lost++;
        discard(cluster, post);
    }
    return cluster->outbox_bytes + bytes <= MAX_OUTBOX;
}

struct post *outbox_add(struct cluster *cluster, struct entry entry, struct client *origin)
{
    struct post *post = make(entry);
    if (!post || !has_room_for(cluster, &entry, post->bytes)) {
        free(post);
        return NULL;
    }
    post->origin = origin;
    post->entry.number = ++cluster->number;
    cluster->outbox_bytes += post->bytes;
    TAILQ_INSERT_TAIL(&cluster->outbox, post, link);
    if (cluster->is_ready)
        send_post(cluster, post);
    else
        apply(cluster, post);
    return post;
}

void outbox_resend(struct cluster *cluster)
{
    struct post *post;
    /* Discarded entries do not count as missing, but dropped messages do. */
    cluster->previous =
        cluster->confirmed > cluster->dropped ? cluster->confirmed : cluster->dropped;
    TAILQ_FOREACH(post, &cluster->outbox, link)
        send_post(cluster, post);
}

/*
 * Clients
 */

bool outbox_has_names(const struct cluster *cluster)
{
    const struct post *post;
    TAILQ_FOREACH(post, &cluster->outbox, link)
        if (post->entry.kind == ENTRY_NAME)
            return true;
    return false;
}

bool outbox_has_name(const struct cluster *cluster, const char *name)
{
    const struct post *post;
    TAILQ_FOREACH(post, &cluster->outbox, link)
        if (post->entry.kind == ENTRY_NAME && text_compare_names(post->entry.name, name) == 0)
            return true;
    return false;
}

struct post *outbox_last_of(const struct cluster *cluster, const struct client *client)
{
    struct post *post;
    TAILQ_FOREACH_REVERSE(post, &cluster->outbox, posts, link)
        if (post->origin == client && !post->is_applied)
            return post;
    return NULL;
}

void outbox_forget_client(struct cluster *cluster, const struct client *client)
{
    struct post *post;
    TAILQ_FOREACH(post, &cluster->outbox, link) {
        if (post->origin != client)
            continue;
        post->origin = NULL;
        post->waiter = NULL;
    }
}

void outbox_free(struct cluster *cluster)
{
    struct post *post, *next;
    for (post = TAILQ_FIRST(&cluster->outbox); post; post = next) {
        next = TAILQ_NEXT(post, link);
        discard(cluster, post);
    }
}
