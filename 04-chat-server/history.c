#include "04-chat-server/history.h"

#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/text.h"

#define ANSWER_BYTES ((size_t)48 * 1024) /* more only if one message is longer */

struct history_line {
    struct history_room *room;
    TAILQ_ENTRY(history_line) entry;      /* in the history */
    TAILQ_ENTRY(history_line) room_entry; /* in its room */
    size_t size;
    char text[];
};

/* The lines of a room. It exists while it has lines. */
struct history_room {
    TAILQ_HEAD(history_lines, history_line) lines;
    size_t count;
    char name[];
};

static struct history_room *find(const struct history *history, const char *name)
{
    char **found = tfind(name, &history->rooms, text_compare);
    return found ? (struct history_room *)(*found - offsetof(struct history_room, name)) : NULL;
}

static struct history_room *add_room(struct history *history, const char *name)
{
    struct history_room *room = calloc(1, sizeof(*room) + strlen(name) + 1);
    if (!room)
        return NULL;
    TAILQ_INIT(&room->lines);
    strcpy(room->name, name);
    if (tsearch(room->name, &history->rooms, text_compare))
        return room;
    free(room);
    return NULL;
}

static size_t cost_of(const struct history_line *line)
{
    return sizeof(*line) + line->size;
}

/* Frees a line, and the room after its last line. */
static void forget(struct history *history, struct history_line *line)
{
    struct history_room *room = line->room;
    TAILQ_REMOVE(&history->lines, line, entry);
    TAILQ_REMOVE(&room->lines, line, room_entry);
    history->count--;
    history->bytes -= cost_of(line);
    free(line);
    if (--room->count > 0)
        return;
    tdelete(room->name, &history->rooms, text_compare);
    free(room);
}

/* The newest line always stays, so its room is not freed. */
static bool is_too_large(const struct history *history)
{
    return (history->count > HISTORY_MESSAGES || history->bytes > HISTORY_BYTES) &&
           history->count > 1;
}

static void keep_bounds(struct history *history, struct history_room *room)
{
    if (room->count > HISTORY_LINES)
        forget(history, TAILQ_FIRST(&room->lines));
    struct history_line *line, *next;
    for (line = TAILQ_FIRST(&history->lines); is_too_large(history); line = next) {
        next = TAILQ_NEXT(line, entry);
        forget(history, line);
    }
}

/* Returns the size of the line break at the beginning of the text, 0 if there is none. */
static size_t line_break_size(const char *text, size_t size)
{
    static const char *const breaks[] = {
        "\r\n", "\n", "\r", "\v", "\f", "\xC2\x85", "\u2028", "\u2029"};
    if (*text >= ' ' && *text <= '~')
        return 0; /* most are */
    for (size_t i = 0; i < sizeof(breaks) / sizeof(*breaks); i++) {
        size_t length = strlen(breaks[i]);
        if (length <= size && memcmp(text, breaks[i], length) == 0)
            return length;
    }
    return 0;
}

/* Copies the text as answers show it: a NUL becomes a space, and each line but the first is
 * indented, so that it cannot look like another message. Returns the size. If to is NULL, it only
 * counts. */
static size_t copy_indented(char *to, const char *text, size_t size)
{
    static const char indent[] = "\n  ";
    size_t copied = 0;
    for (size_t i = 0; i < size;) {
        size_t skipped = line_break_size(text + i, size - i);
        size_t added = skipped > 0 ? strlen(indent) : 1;
        if (to)
            memcpy(to + copied, skipped > 0 ? indent : text[i] ? text + i : " ", added);
        copied += added;
        i += skipped > 0 ? skipped : 1;
    }
    return copied;
}

void history_add(struct history *history, const char *name, const char *text, size_t size)
{
    size_t size_of_copy = copy_indented(NULL, text, size);
    struct history_line *line = malloc(sizeof(*line) + size_of_copy);
    struct history_room *room = find(history, name);
    if (line && !room)
        room = add_room(history, name);
    if (!line || !room) {
        free(line);
        return;
    }
    line->room = room;
    line->size = copy_indented(line->text, text, size);
    if (history->count == 0)
        TAILQ_INIT(&history->lines);
    TAILQ_INSERT_TAIL(&history->lines, line, entry);
    TAILQ_INSERT_TAIL(&room->lines, line, room_entry);
    room->count++;
    history->count++;
    history->bytes += cost_of(line);
    keep_bounds(history, room);
}

/* Returns the first of the last count lines that fit in an answer, and their number and size. */
static const struct history_line *first_of(
    const struct history_room *room, unsigned long count, size_t *found, size_t *size)
{
    const struct history_line *first = NULL, *line;
    *found = *size = 0;
    if (!room)
        return NULL;
    TAILQ_FOREACH_REVERSE(line, &room->lines, history_lines, room_entry) {
        if (*found >= count || (*found > 0 && *size + line->size + 1 > ANSWER_BYTES))
            break;
        *size += line->size + 1;
        ++*found;
        first = line;
    }
    return first;
}

size_t history_list(
    const struct history *history, const char *room, unsigned long count, char **lines)
{
    size_t found, size;
    const struct history_line *line = first_of(find(history, room), count, &found, &size);
    char *end = *lines = malloc(size + 1);
    if (!end)
        return 0;
    for (; line; line = TAILQ_NEXT(line, room_entry)) {
        *end++ = '\n';
        memcpy(end, line->text, line->size);
        end += line->size;
    }
    *end = '\0';
    return found;
}

void history_free(struct history *history)
{
    struct history_line *line, *next;
    for (line = history->count > 0 ? TAILQ_FIRST(&history->lines) : NULL; line; line = next) {
        next = TAILQ_NEXT(line, entry);
        forget(history, line);
    }
}
