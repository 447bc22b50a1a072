/* The functions that the test calls. */
#pragma once

#include "03-keyboard-maze/maze_map.h"

/* Returns the next place on the shortest path to the player: a free place to the left, to the
 * right, above or below from. Both from and player are free places of the map. If they are the
 * same, or out of memory, returns from. */
struct place hunter_step(const struct maze_map *map, struct place from, struct place player);
