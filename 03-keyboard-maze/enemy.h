/*
 * How an enemy walks: mostly straight on, sometimes around a corner, back only from a dead end.
 */
#pragma once

#include "03-keyboard-maze/maze_map.h"

struct enemy {
    struct place place;
    size_t direction; /* in which it went last, 0 to 3 */
    struct game *game;
};

/* Goes on to a free place beside the one that it is at, if there is any. */
void enemy_step(struct enemy *enemy, const struct maze_map *map, uint64_t *random);
