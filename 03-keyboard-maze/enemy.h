/*
 * An enemy. It mostly walks straight on, sometimes around a corner, and back only in a dead end.
 */
#pragma once

#include "03-keyboard-maze/maze_map.h"

struct enemy {
    struct place place;
    size_t direction; /* of its last step, 0 to 3 */
    struct game *game;
};

/* Moves the enemy to a free place beside its own, if there is one. */
void enemy_step(struct enemy *enemy, const struct maze_map *map, uint64_t *random);
