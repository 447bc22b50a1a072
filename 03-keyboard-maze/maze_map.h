/*
 * The maze as it is drawn: the article's make_maze.
 *
 *     +--+--+--+
 *     |     |  |
 *     +  +--+  +
 *     |        |
 *     +--+--+--+
 *
 * Each cell is two characters wide and one high, with walls in between. A place is one character of
 * the drawing, counted from 0. It is free if the character is a blank. There is a path from every
 * free place to every other, and exactly one between any two cells.
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
    char *drawing;        /* its rows, each with a NUL after it */
};

/* Makes a maze of that many cells. *random is the state of random_below, which chooses the maze.
 * Returns 0, and a map that maze_map_free frees; UV_EINVAL for a side of 0 or above MAZE_MAP_LIMIT,
 * or UV_ENOMEM. After an error the map is empty. */
int maze_map_make(struct maze_map *map, size_t width, size_t height, uint64_t *random);

/* Frees the memory and makes the map empty. Does nothing if it is empty. */
void maze_map_free(struct maze_map *map);

/* Returns row y of the drawing as a string. */
const char *maze_map_row(const struct maze_map *map, size_t y);

/* Whether the place is free. Places outside the drawing are not. */
bool maze_map_is_free(const struct maze_map *map, struct place place);

/* Returns a free place. All are equally likely. */
struct place maze_map_random_place(const struct maze_map *map, uint64_t *random);

/* Returns a random number below limit (random.randrange). *random starts as any seed; the same seed
 * gives the same numbers. */
size_t random_below(uint64_t *random, size_t limit);
