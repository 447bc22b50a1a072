#include "maze_stage.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

const char *const maze_usual_words[] = {"--seed", "7", NULL};

struct maze_map maze_usual_map(void)
{
    struct maze_map map;
    uint64_t random = SEED;
    ck_assert_int_eq(maze_map_make(&map, WIDTH, HEIGHT, &random), 0);
    return map;
}

/* Where the player is: a white * on blue. */
bool maze_find_player(struct terminal *terminal, struct place *player)
{
    for (int y = 0; y < terminal->rows; y++)
        for (int x = 0; x < terminal->columns; x++) {
            int foreground, background;
            if (terminal_character(terminal, x, y) != '*')
                continue;
            terminal_colors(terminal, x, y, &foreground, &background);
            *player = (struct place){(size_t)x, (size_t)y};
            return foreground == WHITE && background == BLUE;
        }
    return false;
}

static bool finds_player(struct terminal *terminal, void *player)
{
    return maze_find_player(terminal, player);
}

void maze_until_player(struct terminal *terminal, struct place *player)
{
    terminal_until(terminal, "the player is shown", finds_player, player);
}

/* The clock is drawn last. */
bool maze_shows_clock(struct terminal *terminal, void *unused)
{
    (void)unused;
    const char *row = terminal_row(terminal, CLOCK_Y);
    return strspn(row, " ") == CLOCK_X && strlen(row) == CLOCK_X + strlen("10/08/14 12:34:56");
}

/* Whether each thread of the program sleeps: ThreadSanitizer may hang or crash when a signal
 * interrupts its own work, as at the start of a thread. Where the system does not say, this is true
 * at once. */
static bool sleeps(struct terminal *terminal, void *unused)
{
    (void)unused;
    char pattern[64], state;
    glob_t threads;
    bool all = true;
    snprintf(pattern, sizeof(pattern), "/proc/%d/task/*/stat", (int)terminal->program);
    if (glob(pattern, 0, NULL, &threads) != 0)
        return true;
    for (size_t i = 0; i < threads.gl_pathc && all; i++) {
        FILE *file = fopen(threads.gl_pathv[i], "r");
        if (file && fscanf(file, "%*d (%*[^)]) %c", &state) == 1)
            all = state == 'S';
        if (file)
            fclose(file);
    }
    globfree(&threads);
    return all;
}

void maze_start_with(struct terminal *terminal, const char *const words[])
{
    terminal_start(terminal, 80, 24, PROGRAM, words, NULL);
    terminal_until(terminal, "the clock is shown", maze_shows_clock, NULL);
    terminal_until(terminal, "the game sleeps", sleeps, NULL);
}

void maze_start(struct terminal *terminal)
{
    maze_start_with(terminal, maze_usual_words);
}

void maze_end(struct terminal *terminal, int status)
{
    ck_assert_int_eq(terminal_end(terminal), status);
    terminal_free(terminal);
}

void maze_leave(struct terminal *terminal)
{
    terminal_type(terminal, "S");
    maze_end(terminal, 0);
}

/* Whether this place of the drawing is shown correctly. */
static bool is_drawn(struct terminal *terminal, const struct maze_map *map, size_t x, size_t y)
{
    int foreground, background;
    char expected = maze_map_row(map, y)[x];
    terminal_colors(terminal, (int)x, (int)y, &foreground, &background);
    return terminal_character(terminal, (int)x, (int)y) == expected && background == BLACK &&
           (expected == ' ' || foreground == RED);
}

static bool shows_maze(struct terminal *terminal, void *argument)
{
    struct maze_map *map = argument;
    struct place player;
    if (!maze_find_player(terminal, &player) || !maze_map_is_free(map, player))
        return false;
    for (size_t y = 0; y < map->rows; y++)
        for (size_t x = 0; x < map->columns; x++)
            if ((x != player.x || y != player.y) && !is_drawn(terminal, map, x, y))
                return false;
    return true;
}

/* The first half of a picture may arrive before the second. */
void maze_check(struct terminal *terminal)
{
    struct maze_map map = maze_usual_map();
    terminal_until(terminal, "the maze is red and whole", shows_maze, &map);
    maze_map_free(&map);
}

bool maze_player_is_at(struct terminal *terminal, void *place)
{
    struct place player;
    return maze_find_player(terminal, &player) && memcmp(&player, place, sizeof(player)) == 0;
}

static const struct {
    const char *bytes;
    int x, y;
} digits[] = {{"4", -1, 0}, {"6", 1, 0}, {"8", 0, -1}, {"2", 0, 1}};

void maze_step_without_waiting(struct terminal *terminal, struct place *player)
{
    struct maze_map map = maze_usual_map();
    for (size_t i = 0; i < 4; i++) {
        struct place next = {player->x + (size_t)digits[i].x, player->y + (size_t)digits[i].y};
        if (!maze_map_is_free(&map, next))
            continue;
        *player = next;
        terminal_type(terminal, digits[i].bytes);
        break;
    }
    maze_map_free(&map);
}

void maze_step_once(struct terminal *terminal, struct place *player)
{
    maze_step_without_waiting(terminal, player);
    terminal_until(terminal, "the player has moved", maze_player_is_at, player);
}
