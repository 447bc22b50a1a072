#include "03-keyboard-maze/maze_map.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define CELL_WIDTH 3 /* including the wall at its left */
#define CELL_HEIGHT 2
#define SOLID '#' /* in a cell that the walk has not visited */

struct cell { /* counted in cells, not in characters */
    size_t x, y;
};

/* SplitMix64: any seed works, even 0. */
size_t random_below(uint64_t *random, size_t limit)
{
    uint64_t mixed = *random += UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (mixed ^ (mixed >> 31)) % limit;
}

static char *character_at(const struct maze_map *map, size_t x, size_t y)
{
    return map->drawing + y * (map->columns + 1) + x;
}

/* The upper left character of the cell and its walls. */
static char *corner_of(const struct maze_map *map, struct cell cell)
{
    return character_at(map, cell.x * CELL_WIDTH, cell.y * CELL_HEIGHT);
}

static char *inside_of(const struct maze_map *map, struct cell cell)
{
    return character_at(map, cell.x * CELL_WIDTH + 1, cell.y * CELL_HEIGHT + 1);
}

/*
 * The walk
 */

static bool is_solid(const struct maze_map *map, struct cell cell)
{
    return cell.x < map->width && cell.y < map->height && *inside_of(map, cell) == SOLID;
}

static void dig(const struct maze_map *map, struct cell cell)
{
    memset(inside_of(map, cell), ' ', 2);
}

/* Opens the wall between two neighbors. It belongs to the right or the lower one. */
static void open_wall(const struct maze_map *map, struct cell a, struct cell b)
{
    struct cell later = a.x > b.x || a.y > b.y ? a : b;
    char *corner = corner_of(map, later);
    if (a.x == b.x)
        memset(corner + 1, ' ', 2);
    else
        corner[map->columns + 1] = ' ';
}

/* Chooses one of the neighbors that are still solid. Returns false if there is none. */
static bool choose_neighbor(
    const struct maze_map *map, struct cell cell, uint64_t *random, struct cell *chosen)
{
    const struct cell neighbors[] = {
        {cell.x - 1, cell.y}, {cell.x, cell.y + 1}, {cell.x + 1, cell.y}, {cell.x, cell.y - 1}};
    struct cell solid[4];
    size_t count = 0;
    for (size_t i = 0; i < 4; i++)
        if (is_solid(map, neighbors[i]))
            solid[count++] = neighbors[i];
    if (count == 0)
        return false;
    *chosen = solid[random_below(random, count)];
    return true;
}

/* The article's walk is recursive: it may nest as many calls as the maze has cells. That is too
 * deep for a task's stack, so this walk keeps the way back in path, which has room for all
 * cells. */
static void walk(const struct maze_map *map, struct cell *path, uint64_t *random)
{
    size_t length = 1;
    path[0].x = random_below(random, map->width);
    path[0].y = random_below(random, map->height);
    dig(map, path[0]);
    while (length > 0) {
        struct cell here = path[length - 1], next;
        if (!choose_neighbor(map, here, random, &next)) {
            length--;
            continue;
        }
        open_wall(map, here, next);
        dig(map, next);
        path[length++] = next;
    }
}

/*
 * The drawing
 */

/* Fills a row with the three characters of a cell, repeated. */
static void draw_row(const struct maze_map *map, size_t y, const char cell[CELL_WIDTH + 1])
{
    char *row = character_at(map, 0, y);
    for (size_t x = 0; x < map->columns; x++)
        row[x] = cell[x % CELL_WIDTH];
    row[map->columns] = '\0';
}

int maze_map_make(struct maze_map *map, size_t width, size_t height, uint64_t *random)
{
    *map = (struct maze_map){0};
    if (width == 0 || height == 0 || width > MAZE_MAP_LIMIT || height > MAZE_MAP_LIMIT)
        return UV_EINVAL;
    size_t columns = CELL_WIDTH * width + 1, rows = CELL_HEIGHT * height + 1;
    char *drawing = malloc(rows * (columns + 1));
    struct cell *path = malloc(width * height * sizeof(*path));
    if (!drawing || !path) {
        free(path);
        free(drawing);
        return UV_ENOMEM;
    }
    *map = (struct maze_map){width, height, columns, rows, drawing};
    for (size_t y = 0; y < rows; y++)
        draw_row(map, y, y % CELL_HEIGHT ? "|##" : "+--");
    walk(map, path, random);
    free(path);
    return 0;
}

void maze_map_free(struct maze_map *map)
{
    free(map->drawing);
    *map = (struct maze_map){0};
}

const char *maze_map_row(const struct maze_map *map, size_t y)
{
    return character_at(map, 0, y);
}

bool maze_map_is_free(const struct maze_map *map, struct place place)
{
    return place.x < map->columns && place.y < map->rows &&
           *character_at(map, place.x, place.y) == ' ';
}

struct place maze_map_random_place(const struct maze_map *map, uint64_t *random)
{
    struct place place;
    do {
        place.x = random_below(random, map->columns);
        place.y = random_below(random, map->rows);
    } while (!maze_map_is_free(map, place));
    return place;
}
