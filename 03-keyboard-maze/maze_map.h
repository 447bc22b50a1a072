/*
 * The maze as it is drawn: the article's make_maze.
 *
 *     +--+--+--+
 *     |     |  |
 *     +  +--+  +
 *     |        |
 *     +--+--+--+
 *
 * Each cell is two characters wide and one high, walls are between them. A place is one character
 * of the drawing, counted from 0; it is free where the drawing has a blank. From every free place
 * a way leads to every other, and from cell to cell only one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct place {
    size_t x, y;
};

#define MAZE_MAP_LIMIT 1000 /* cells in a row, and rows of them */

struct maze_map {
    size_t width, height; /* in cells */
    size_t columns, rows; /* of the drawing: 3 * width + 1, 2 * height + 1 */
    char *drawing;        /* its rows, each with a NUL behind it */
};

/* Makes a maze of that many cells; *random decides which one, and is changed. Returns 0, and a map
 * to be freed with maze_map_free; UV_EINVAL for a side of 0 or above MAZE_MAP_LIMIT, or UV_ENOMEM.
 * After an error, *map is empty. */
int maze_map_make(struct maze_map *map, size_t width, size_t height, uint64_t *random);

/* Frees the memory; the map is empty then. An empty one is left as it is. */
void maze_map_free(struct maze_map *map);

/* Row y of the drawing, as a string. */
const char *maze_map_row(const struct maze_map *map, size_t y);

/* Whether one can stand there; outside of the drawing one cannot. */
bool maze_map_is_free(const struct maze_map *map, struct place place);

/* A place that is free, each as likely as any other. */
struct place maze_map_random_place(const struct maze_map *map, uint64_t *random);

/* Some number below limit (random.randrange). *random is any seed at first; the same one always
 * gives the same numbers. */
size_t random_below(uint64_t *random, size_t limit);
