/*
 * The rooms' last messages, for /historico. They stay when a room is empty. Their memory is
 * bounded: the oldest messages are freed first.
 */
#pragma once

#include <stddef.h>
#include <sys/queue.h>

#define HISTORY_LINES 100                       /* of one room */
#define HISTORY_MESSAGES 20000                  /* of all rooms */
#define HISTORY_BYTES ((size_t)4 * 1024 * 1024) /* of all rooms, including the structs */

/* All zero is an empty history. */
struct history {
    TAILQ_HEAD(, history_line) lines; /* of all rooms, the oldest first */
    void *rooms;                      /* a tree of <search.h>, ordered by name */
    size_t count;
    size_t bytes;
};

/* Stores a message, unless out of memory. NULs become spaces, and each line but the first is
 * indented. */
void history_add(struct history *history, const char *room, const char *text, size_t size);

/* Writes the room's last count messages into *lines, oldest first and each after a newline, no more
 * than an answer may hold. Returns their number; *lines is freed by the caller, and NULL if out of
 * memory. */
size_t history_list(
    const struct history *history, const char *room, unsigned long count, char **lines);

void history_free(struct history *history);
