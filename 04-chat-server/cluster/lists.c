/* Tells the other servers which names this server's clients have. */
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/cluster/private.h"

/* Writes the rooms and names of some clients, from *next on, one a line. */
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

void people_post_all(struct cluster *cluster, bool is_answer)
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

void people_answer(void *argument)
{
    struct cluster *cluster = argument;
    if (cluster->is_ready)
        people_post_all(cluster, true);
}
