/* Chapter 3's maze: its drawing, and exactly one path between every two cells. */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "03-keyboard-maze/enemy.h"
#include "03-keyboard-maze/maze_map.h"

static struct maze_map make(size_t width, size_t height, uint64_t seed)
{
    struct maze_map map;
    ck_assert_int_eq(maze_map_make(&map, width, height, &seed), 0);
    return map;
}

static bool is_open(const struct maze_map *map, size_t x, size_t y)
{
    return maze_map_is_free(map, (struct place){x, y});
}

/* Checks the article's characters: corners, and between them walls or blanks. Check's assertions
 * make a system call each, so there is none in a loop that runs a million times. */
static void check_drawing(const struct maze_map *map)
{
    for (size_t y = 0; y < map->rows; y++) {
        const char *row = maze_map_row(map, y);
        ck_assert_uint_eq(strlen(row), 3 * map->width + 1);
        for (size_t x = 0; x < map->columns; x++) {
            bool edge = x == 0 || x == map->columns - 1 || y == 0 || y == map->rows - 1;
            const char *allowed = y % 2 == 0 && x % 3 == 0   ? "+"
                                  : y % 2 == 1 && x % 3 != 0 ? " "
                                  : y % 2 == 0               ? (edge ? "-" : "- ")
                                                             : (edge ? "|" : "| ");
            /* An open wall is open in its whole width. */
            bool half_open = y % 2 == 0 && x % 3 == 2 && row[x] != row[x - 1];
            if (!strchr(allowed, row[x]) || half_open)
                ck_abort_msg("'%c' at %zu, %zu", row[x], x, y);
        }
    }
}

/* Visits the cells that can be reached from one cell. Returns their number. */
static size_t reachable_cells(const struct maze_map *map)
{
    size_t cells = map->width * map->height, count = 0, waiting = 0;
    size_t *stack = malloc(cells * sizeof(*stack));
    bool *seen = calloc(cells, sizeof(*seen));
    ck_assert(stack && seen);
    stack[waiting++] = 0;
    seen[0] = true;
    while (waiting > 0) {
        size_t cell = stack[--waiting], x = cell % map->width, y = cell / map->width;
        count++;
        const struct {
            size_t wall_x, wall_y, cell;
        } ways[] = {{3 * x, 2 * y + 1, cell - 1}, {3 * x + 3, 2 * y + 1, cell + 1},
            {3 * x + 1, 2 * y, cell - map->width}, {3 * x + 1, 2 * y + 2, cell + map->width}};
        for (size_t i = 0; i < 4; i++) {
            if (!is_open(map, ways[i].wall_x, ways[i].wall_y) || seen[ways[i].cell])
                continue;
            seen[ways[i].cell] = true;
            stack[waiting++] = ways[i].cell;
        }
    }
    free(seen);
    free(stack);
    return count;
}

static size_t open_walls(const struct maze_map *map)
{
    size_t count = 0;
    for (size_t y = 0; y < map->height; y++)
        for (size_t x = 0; x < map->width; x++) {
            count += is_open(map, 3 * x + 3, 2 * y + 1);
            count += is_open(map, 3 * x + 1, 2 * y + 2);
        }
    return count;
}

/* All cells are connected, by one open wall less than there are cells: a tree, so one path each. */
static void check_perfect(size_t width, size_t height, uint64_t seed)
{
    struct maze_map map = make(width, height, seed);
    ck_assert_uint_eq(map.columns, 3 * width + 1);
    ck_assert_uint_eq(map.rows, 2 * height + 1);
    check_drawing(&map);
    ck_assert_uint_eq(reachable_cells(&map), width * height);
    ck_assert_uint_eq(open_walls(&map), width * height - 1);
    maze_map_free(&map);
}

START_TEST(mazes_are_perfect)
{
    for (uint64_t seed = 0; seed < 200; seed++)
        check_perfect(24, 11, seed);
}
END_TEST

START_TEST(mazes_of_all_small_sizes_are_perfect)
{
    for (size_t width = 1; width <= 12; width++)
        for (size_t height = 1; height <= 12; height++)
            check_perfect(width, height, width * 100 + height);
}
END_TEST

START_TEST(the_smallest_maze_is_one_cell)
{
    struct maze_map map = make(1, 1, 5);
    ck_assert_str_eq(maze_map_row(&map, 0), "+--+");
    ck_assert_str_eq(maze_map_row(&map, 1), "|  |");
    ck_assert_str_eq(maze_map_row(&map, 2), "+--+");
    maze_map_free(&map);
}
END_TEST

START_TEST(the_largest_maze_is_perfect)
{
    check_perfect(MAZE_MAP_LIMIT, MAZE_MAP_LIMIT, 1);
}
END_TEST

START_TEST(a_side_of_nothing_or_too_much_is_refused)
{
    const size_t sides[][2] = {{0, 1}, {1, 0}, {MAZE_MAP_LIMIT + 1, 1}, {1, MAZE_MAP_LIMIT + 1},
        {SIZE_MAX, SIZE_MAX}, {SIZE_MAX / 2 + 1, 2}};
    for (size_t i = 0; i < sizeof(sides) / sizeof(*sides); i++) {
        struct maze_map map;
        uint64_t random = 1;
        ck_assert_int_eq(maze_map_make(&map, sides[i][0], sides[i][1], &random), UV_EINVAL);
        ck_assert_ptr_null(map.drawing);
        maze_map_free(&map);
    }
}
END_TEST

static bool is_same_maze(uint64_t one_seed, uint64_t other_seed)
{
    struct maze_map one = make(24, 11, one_seed), other = make(24, 11, other_seed);
    bool same = memcmp(one.drawing, other.drawing, one.rows * (one.columns + 1)) == 0;
    maze_map_free(&one);
    maze_map_free(&other);
    return same;
}

START_TEST(the_seed_decides)
{
    for (uint64_t seed = 0; seed < 50; seed++) {
        ck_assert(is_same_maze(seed, seed));
        ck_assert(!is_same_maze(seed, seed + 1));
    }
}
END_TEST

/* In a maze of 2 x 2 cells one of four walls stays closed. Each of the four does in some maze. */
START_TEST(all_mazes_are_possible)
{
    size_t counts[2][2] = {0};
    for (uint64_t seed = 0; seed < 400; seed++) {
        struct maze_map map = make(2, 2, seed);
        for (size_t i = 0; i < 2; i++) {
            counts[0][i] += !is_open(&map, 3, 2 * i + 1);
            counts[1][i] += !is_open(&map, 3 * i + 1, 2);
        }
        maze_map_free(&map);
    }
    for (size_t i = 0; i < 4; i++)
        ck_assert_uint_ge(counts[i / 2][i % 2], 50);
}
END_TEST

START_TEST(walls_and_the_outside_are_not_free)
{
    struct maze_map map = make(3, 2, 9);
    const struct place closed[] = {{0, 0}, {0, 1}, {1, 0}, {9, 1}, {1, 4}, {10, 1}, {1, 5},
        {SIZE_MAX, 1}, {1, SIZE_MAX}, {SIZE_MAX, SIZE_MAX}};
    for (size_t i = 0; i < sizeof(closed) / sizeof(*closed); i++)
        ck_assert(!maze_map_is_free(&map, closed[i]));
    ck_assert(is_open(&map, 1, 1));
    ck_assert(is_open(&map, 8, 3));
    maze_map_free(&map);
}
END_TEST

START_TEST(random_places_are_all_free_places)
{
    struct maze_map map = make(2, 2, 3);
    uint64_t random = 4;
    bool seen[5][7] = {0};
    for (int i = 0; i < 2000; i++) {
        struct place place = maze_map_random_place(&map, &random);
        ck_assert(maze_map_is_free(&map, place));
        seen[place.y][place.x] = true;
    }
    for (size_t y = 0; y < map.rows; y++)
        for (size_t x = 0; x < map.columns; x++)
            ck_assert_int_eq(seen[y][x], is_open(&map, x, y));
    maze_map_free(&map);
}
END_TEST

static size_t distance(size_t a, size_t b)
{
    return a > b ? a - b : b - a;
}

/* An enemy moves from free place to free place, one at a time, and reaches all of them in time. */
START_TEST(an_enemy_walks_through_the_whole_maze)
{
    struct maze_map map = make(8, 5, 6);
    uint64_t random = 7;
    bool seen[11][25] = {0};
    struct enemy enemy = {.place = maze_map_random_place(&map, &random)};
    for (int i = 0; i < 200000; i++) {
        struct place before = enemy.place;
        seen[before.y][before.x] = true;
        enemy_step(&enemy, &map, &random);
        size_t gone = distance(before.x, enemy.place.x) + distance(before.y, enemy.place.y);
        if (gone != 1 || !maze_map_is_free(&map, enemy.place))
            ck_abort_msg(
                "from %zu, %zu to %zu, %zu", before.x, before.y, enemy.place.x, enemy.place.y);
    }
    for (size_t y = 0; y < map.rows; y++)
        for (size_t x = 0; x < map.columns; x++)
            ck_assert_int_eq(seen[y][x], is_open(&map, x, y));
    maze_map_free(&map);
}
END_TEST

int main(void)
{
    const TTest *const mazes[] = {mazes_are_perfect, mazes_of_all_small_sizes_are_perfect,
        the_smallest_maze_is_one_cell, the_largest_maze_is_perfect,
        a_side_of_nothing_or_too_much_is_refused, the_seed_decides, all_mazes_are_possible, NULL};
    const TTest *const places[] = {walls_and_the_outside_are_not_free,
        random_places_are_all_free_places, an_enemy_walks_through_the_whole_maze, NULL};
    return run_suite(
        "03_map", (const struct test_group[]){{"mazes", mazes}, {"places", places}, {NULL, NULL}});
}
