/* An enemy that does not wander: it comes for you. */
#include "exercise.h"

#include <stdlib.h>

/* A search that spreads from the player, all places at one distance before those at the next. */
struct search {
    const struct maze_map *map;
    bool *seen;
    struct place *queue; /* seen, and its neighbours still to be looked at from next on */
    size_t next, end;
};

static bool is_same(struct place a, struct place b)
{
    return a.x == b.x && a.y == b.y;
}

/* 0 - 1 is a place outside of the map, where nothing is free. */
static struct place neighbour(struct place place, int direction)
{
    static const int dx[] = {-1, 0, 1, 0}, dy[] = {0, 1, 0, -1};
    return (struct place){place.x + (size_t)dx[direction], place.y + (size_t)dy[direction]};
}

static void see(struct search *search, struct place place)
{
    bool *seen = &search->seen[place.y * search->map->columns + place.x];
    if (!*seen)
        search->queue[search->end++] = place;
    *seen = true;
}

/* From whichever place the search comes to the hunter first, that one is nearer to the player. */
static struct place spread(struct search *search, struct place from, struct place player)
{
    see(search, player);
    while (search->next < search->end) {
        struct place here = search->queue[search->next++];
        for (int i = 0; i < 4; i++) {
            struct place beside = neighbour(here, i);
            if (is_same(beside, from))
                return here;
            if (maze_map_is_free(search->map, beside))
                see(search, beside);
        }
    }
    return from;
}

struct place hunter_step(const struct maze_map *map, struct place from, struct place player)
{
    size_t places = map->columns * map->rows;
    struct search search = {.map = map,
        .seen = calloc(places, sizeof *search.seen),
        .queue = malloc(places * sizeof *search.queue)};
    struct place step = from;
    if (search.seen && search.queue && !is_same(from, player))
        step = spread(&search, from, player);
    free(search.queue);
    free(search.seen);
    return step;
}
