/* An enemy that does not wander, but comes for you. */
#include "exercise.h"

/* EXERCISE: take the first step of the shortest path. This enemy stands still. */
struct place hunter_step(const struct maze_map *map, struct place from, struct place player)
{
    (void)map;
    (void)player;
    return from;
}
