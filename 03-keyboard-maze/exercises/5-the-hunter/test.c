/* Hunts in many mazes. The test computes the distances itself. */
#include "exercise.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support.h"

#define FAR 100000

/* Computes the distance of each place from the player by repeating all places until nothing
 * changes: too slow for your solution. */
static void measure(const struct maze_map *map, struct place player, int *distances)
{
    for (size_t i = 0; i < map->columns * map->rows; i++)
        distances[i] = FAR;
    distances[player.y * map->columns + player.x] = 0;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t y = 1; y + 1 < map->rows; y++)
            for (size_t x = 1; x + 1 < map->columns; x++) {
                int *here = &distances[y * map->columns + x];
                int near = here[-1] < here[1] ? here[-1] : here[1];
                const int *above = here - map->columns, *below = here + map->columns;
                near = *above < near ? *above : near;
                near = *below < near ? *below : near;
                if (!maze_map_is_free(map, (struct place){x, y}) || near + 1 >= *here)
                    continue;
                *here = near + 1;
                changed = true;
            }
    }
}

static size_t difference(size_t a, size_t b)
{
    return a > b ? a - b : b - a;
}

static void hunt(const struct maze_map *map, struct place from, struct place player)
{
    int *distances = malloc(map->columns * map->rows * sizeof(*distances));
    ck_assert_ptr_nonnull(distances);
    measure(map, player, distances);
    for (int left = distances[from.y * map->columns + from.x]; left > 0; left--) {
        struct place next = hunter_step(map, from, player);
        ck_assert_msg(next.x != from.x || next.y != from.y,
            "%d steps away from the player, the hunter stands still", left);
        ck_assert_msg(maze_map_is_free(map, next) &&
                          difference(next.x, from.x) + difference(next.y, from.y) == 1,
            "from column %zu, row %zu the hunter goes to column %zu, row %zu: that is not one step "
            "to a free place",
            from.x, from.y, next.x, next.y);
        ck_assert_msg(distances[next.y * map->columns + next.x] == left - 1,
            "a step away from the player: column %zu, row %zu is %d steps from him, the last place "
            "was %d",
            next.x, next.y, distances[next.y * map->columns + next.x], left);
        from = next;
    }
    free(distances);
}

START_TEST(it_takes_the_shortest_way)
{
    uint64_t random = (uint64_t)_i;
    struct maze_map map;
    ck_assert_int_eq(maze_map_make(&map, 8, 5, &random), 0);
    struct place player = maze_map_random_place(&map, &random);
    for (int i = 0; i < 5; i++)
        hunt(&map, maze_map_random_place(&map, &random), player);
    struct place stays = hunter_step(&map, player, player);
    ck_assert_msg(stays.x == player.x && stays.y == player.y,
        "where the player is, the hunter has nowhere to go");
    maze_map_free(&map);
}
END_TEST

int main(void)
{
    return run_table("3.5", it_takes_the_shortest_way, 10);
}
