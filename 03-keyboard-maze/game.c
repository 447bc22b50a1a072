/* The article's class Jogo, with its methods in the article's order. */
#include "03-keyboard-maze/game.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "03-keyboard-maze/screen.h"
#include "common/language.h"

#define CLOCK_COLUMN 10
#define CLOCK_WIDTH 17  /* 10/08/14 12:34:56 */
#define ENEMY_PAUSE 0.3 /* seconds */

static bool can_move(const struct game *self, struct place place);
static void draw(struct game *self);
static void look_for_enemies(struct game *self);

static bool is_same(struct place a, struct place b)
{
    return a.x == b.x && a.y == b.y;
}

static int add_enemies(struct game *self, size_t count)
{
    self->enemies = calloc(count ? count : 1, sizeof(*self->enemies));
    if (!self->enemies)
        return UV_ENOMEM;
    self->enemy_count = count;
    for (size_t i = 0; i < count; i++) {
        struct enemy *enemy = &self->enemies[i];
        enemy->game = self;
        do
            enemy->place = maze_map_random_place(&self->map, &self->random);
        while (is_same(enemy->place, self->player));
    }
    return 0;
}

int game_init(struct game *self, size_t width, size_t height, size_t enemies, long seed)
{
    *self = (struct game){.random = (uint64_t)seed};
    int error = keyboard_open(&self->keyboard);
    if (!error && seed < 0)
        error = uv_random(NULL, NULL, &self->random, sizeof(self->random), 0, NULL);
    if (!error)
        error = maze_map_make(&self->map, width, height, &self->random);
    if (error)
        return error;
    self->player = maze_map_random_place(&self->map, &self->random);
    return add_enemies(self, enemies);
}

void game_free(struct game *self)
{
    keyboard_close(&self->keyboard);
    free(self->enemies);
    maze_map_free(&self->map);
}

static void game_over(struct game *self)
{
    self->playing = false;
    scope_cancel(&self->scope);
}

// #region read_keyboard
static int read_keyboard(void *argument)
{
    struct game *self = argument;
    while (self->playing) {
        int key = keyboard_read(&self->keyboard);
        if (key < 0)
            return key;
        struct place next = self->player;
        if (key == '4' && next.x > 1)
            next.x--;
        else if (key == '6' && next.x < self->map.width * 3 - 1)
            next.x++;
        else if (key == '8' && next.y > 0)
            next.y--;
        else if (key == '2' && next.y < self->map.height * 2)
            next.y++;
        else if (key == 'S' || key == 's')
            game_over(self);
        if (can_move(self, next) && !is_same(next, self->player)) {
            self->player = next;
            draw(self);
            look_for_enemies(self);
        }
    }
    return 0;
}
// #endregion read_keyboard

/*
 * The size of the screen. The clock is shown in the row below the maze: with the default height,
 * that is row 23, as in the article.
 */

static size_t columns_needed(const struct game *self)
{
    size_t clock_end = CLOCK_COLUMN + CLOCK_WIDTH;
    return self->map.columns < clock_end ? clock_end : self->map.columns;
}

static size_t rows_needed(const struct game *self)
{
    return self->map.rows + 1;
}

static bool fits_the_screen(const struct game *self)
{
    size_t columns, rows;
    screen_size(&columns, &rows);
    return columns >= columns_needed(self) && rows >= rows_needed(self);
}

static void explain_size(struct game *self)
{
    size_t columns, rows;
    screen_size(&columns, &rows);
    snprintf(self->too_small, sizeof(self->too_small),
        tr("O terminal tem %zux%zu caracteres; este labirinto precisa de %zux%zu. "
           "Diminua-o com --width e --height.",
            "The terminal has %zux%zu characters; this maze needs %zux%zu. "
            "Make it smaller with --width and --height."),
        columns, rows, columns_needed(self), rows_needed(self));
}

/* Nothing moves while the maze does not fit the screen. */
static bool can_move(const struct game *self, struct place place)
{
    return fits_the_screen(self) && maze_map_is_free(&self->map, place);
}

static void draw(struct game *self)
{
    screen_set_title(tr("Labirinto", "Maze"));
    if (fits_the_screen(self)) {
        for (size_t y = 0; y < self->map.rows; y++)
            screen_print_at(0, y, SCREEN_MAZE, maze_map_row(&self->map, y));
        for (size_t i = 0; i < self->enemy_count; i++)
            screen_print_at(self->enemies[i].place.x, self->enemies[i].place.y, SCREEN_ENEMY, "&");
        screen_print_at(self->player.x, self->player.y, SCREEN_PLAYER, "*");
    } else {
        explain_size(self);
        screen_clear();
        screen_print_at(0, 0, SCREEN_PLAIN, self->too_small);
    }
    screen_show();
}

static void draw_clock(const struct game *self)
{
    char text[CLOCK_WIDTH + 1];
    time_t now = time(NULL);
    struct tm local;
    if (!fits_the_screen(self) || !localtime_r(&now, &local))
        return;
    strftime(text, sizeof(text), "%d/%m/%y %H:%M:%S", &local);
    screen_print_at(CLOCK_COLUMN, self->map.rows, SCREEN_PLAYER, text);
    screen_show();
}

void game_redraw(struct game *self)
{
    draw(self);
    draw_clock(self);
}

static int show_clock(void *argument)
{
    const struct game *self = argument;
    int error = 0;
    while (!error) {
        draw_clock(self);
        error = task_sleep(1.0);
    }
    return error;
}

/*
 * The enemies, which the article leaves to its reader
 */

// #region wander
static int wander(void *argument)
{
    struct enemy *enemy = argument;
    struct game *self = enemy->game;
    int error;
    while (!(error = task_sleep(ENEMY_PAUSE))) {
        if (!fits_the_screen(self))
            continue;
        enemy_step(enemy, &self->map, &self->random);
        draw(self);
        look_for_enemies(self);
    }
    return error;
}
// #endregion wander

static void look_for_enemies(struct game *self)
{
    for (size_t i = 0; i < self->enemy_count; i++)
        if (is_same(self->enemies[i].place, self->player))
            self->caught = true;
    if (self->caught)
        game_over(self);
}

// #region execute
static int run_tasks(struct game *self)
{
    scope_enter(&self->scope);
    int error = scope_spawn(&self->scope, "keyboard", read_keyboard, self);
    if (!error)
        error = scope_spawn(&self->scope, "clock", show_clock, self);
    for (size_t i = 0; i < self->enemy_count && !error; i++)
        error = scope_spawn(&self->scope, "enemy", wander, &self->enemies[i]);
    if (!error)
        error = scope_join(&self->scope);
    return scope_leave(&self->scope, error);
}

int game_execute(struct game *self)
{
    if (!fits_the_screen(self)) {
        explain_size(self);
        return UV_ENOSPC;
    }
    self->playing = true;
    draw(self);
    return run_tasks(self);
}
// #endregion execute
