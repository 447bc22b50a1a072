/* An enemy that does not wander, but comes for you. */
#include "exercise.h"

#include <stdlib.h>

/* A breadth-first search from the player: all places at one distance before those at the next. */
struct search {
    const struct maze_map *map;
    bool *seen;
    struct place
        *queue; /* places that were seen; from next on, their neighbors were not visited yet */
    size_t next, end;
};

static bool is_same(struct place a, struct place b)
{
    return a.x == b.x && a.y == b.y;
}

/* 0 - 1 wraps around to a place outside the map, which is not free. */
static struct place neighbor(struct place place, int direction)
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

/* Returns the place from which the search first reaches the hunter: it is one step nearer to the
 * player. */
static struct place spread(struct search *search, struct place from, struct place player)
{
    see(search, player);
    while (search->next < search->end) {
        struct place here = search->queue[search->next++];
        for (int i = 0; i < 4; i++) {
            struct place beside = neighbor(here, i);
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
        .seen = calloc(places, sizeof(*search.seen)),
        .queue = malloc(places * sizeof(*search.queue))};
    struct place step = from;
    if (search.seen && search.queue && !is_same(from, player))
        step = spread(&search, from, player);
    free(search.queue);
    free(search.seen);
    return step;
}
