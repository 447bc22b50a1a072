#include "03-keyboard-maze/enemy.h"

static struct place neighbor(struct place place, size_t direction)
{
    switch (direction) {
    case 0:
        return (struct place){place.x - 1, place.y};
    case 1:
        return (struct place){place.x, place.y + 1};
    case 2:
        return (struct place){place.x + 1, place.y};
    default:
        return (struct place){place.x, place.y - 1};
    }
}

static size_t choose_direction(
    const struct enemy *enemy, const struct maze_map *map, uint64_t *random)
{
    size_t back = (enemy->direction + 2) % 4, open[4], count = 0;
    bool straight = false;
    for (size_t i = 0; i < 4; i++) {
        if (i == back || !maze_map_is_free(map, neighbor(enemy->place, i)))
            continue;
        straight = straight || i == enemy->direction;
        open[count++] = i;
    }
    if (count == 0)
        return back;
    if (straight && random_below(random, 4) > 0)
        return enemy->direction;
    return open[random_below(random, count)];
}

void enemy_step(struct enemy *enemy, const struct maze_map *map, uint64_t *random)
{
    size_t direction = choose_direction(enemy, map, random);
    struct place next = neighbor(enemy->place, direction);
    if (!maze_map_is_free(map, next))
        return;
    enemy->direction = direction;
    enemy->place = next;
}
