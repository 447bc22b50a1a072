/* A server writes a list of its clients' names for the other servers, which read it. */
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/cluster/private.h"

#define ANSWER_SECONDS 0.02 /* so that one list answers several servers that start at once */
#define MAX_ANSWER_TRIES 150

/*
 * Writing
 */

/* Writes the rooms and names of the next clients, each on a line of its own, and moves *next to the
 * first client that remains to be written. Returns NULL if out of memory. */
static char *write_lines(struct client **next, size_t *size)
{
    char *lines = NULL;
    FILE *stream = open_memstream(&lines, size);
    if (!stream)
        return NULL;
    for (int i = 0; i < NAMES_IN_ENTRY && *next; *next = TAILQ_NEXT(*next, relay_entry))
        if ((*next)->name && ++i)
            fprintf(stream, "%s\n%s\n", (*next)->room->name, (*next)->name);
    if (fclose(stream) == 0)
        return lines;
    free(lines);
    return NULL;
}

void lists_post(struct cluster *cluster, bool is_answer)
{
    struct client *next = TAILQ_FIRST(&cluster->locals);
    struct entry entry = {.kind = ENTRY_HERE, .is_first = true, .other = is_answer ? "answer" : ""};
    do {
        size_t size;
        char *lines = write_lines(&next, &size);
        if (!lines)
            return;
        entry.text = lines;
        entry.size = size;
        entry.is_last = !next;
        outbox_add(cluster, entry, NULL);
        entry.is_first = false;
        free(lines);
    } while (next);
}

/* While a client waits for a name, the entry with that name may already be in the stream, but the
 * name is not in the list yet. Then the other servers would remove it. So the list waits until no
 * client is waiting for a name. If new clients take names all the time, it waits for 3 seconds, and
 * is posted again later. While Redis' answers arrive slowly, names take long, and the list waits
 * for them. */
void lists_answer(void *argument)
{
    struct cluster *cluster = argument;
    if (!cluster->is_ready)
        return;
    bool has_names = outbox_has_names(cluster);
    if (has_names)
        lists_expect_answer(cluster);
    cluster->answer_tries += has_names && cluster->has_caught_up;
    if (has_names && cluster->answer_tries < MAX_ANSWER_TRIES)
        return;
    cluster->answer_tries = 0;
    lists_post(cluster, true);
}

void lists_expect_answer(struct cluster *cluster)
{
    if (cluster->answer.place == 0)
        loop_timer_start(
            cluster->loop, &cluster->answer, loop_deadline(cluster->loop, ANSWER_SECONDS));
}

/*
 * Reading
 */

/* Ends the next line with a NUL and returns it; NULL at the end of the list. */
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
            people_put(cluster, peer, &entry, is_silent);
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

void lists_apply(struct cluster *cluster, struct peer *peer, const struct entry *entry)
{
    if (entry->is_first)
        mark_all_stale(peer);
    put_list(cluster, peer, entry);
    if (entry->is_last)
        remove_stale(peer);
}
