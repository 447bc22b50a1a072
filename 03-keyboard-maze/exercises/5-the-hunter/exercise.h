/* The functions that the test calls. */
#pragma once

#include "03-keyboard-maze/maze_map.h"

/* The place beside from, free, left, right, above or below it, that is the next on the shortest way
 * to the player. from and player are free places of the map. Where they are the same, or memory is
 * short, returns from. */
struct place hunter_step(const struct maze_map *map, struct place from, struct place player);
