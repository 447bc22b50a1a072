/*
 * A maze in the terminal. The keyboard moves the player: the article's class Jogo, with its methods
 * in the article's order. The keyboard, the clock and each enemy have a task of their own.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "03-keyboard-maze/enemy.h"
#include "03-keyboard-maze/keyboard.h"
#include "03-keyboard-maze/maze_map.h"
#include "03-keyboard-maze/screen.h"
#include "common/language.h"
#include "common/program.h"
#include "common/task.h"

#define CLOCK_COLUMN 10
#define CLOCK_WIDTH 17  /* 10/08/14 12:34:56 */
#define ENEMY_PAUSE 0.3 /* seconds */
#define MAX_ENEMIES 100

static struct {
    long width, height; /* cells */
    long seed;          /* below 0: a random one */
    long enemies;
} settings = {.width = 24, .height = 11, .seed = -1};

static const char *const purpose[] = {
    "Um labirinto: 4 6 8 2 ou as setas movem o jogador, S sai.",
    "A maze: 4 6 8 2 or the arrows move the player, S leaves.",
};

static const struct program_option options[] = {
    {"width", OPTION_COUNT, &settings.width, "N", {"células em cada linha", "cells in a row"}, 1,
        MAZE_MAP_LIMIT},
    {"height", OPTION_COUNT, &settings.height, "N", {"linhas de células", "rows of cells"}, 1,
        MAZE_MAP_LIMIT},
    {"seed", OPTION_COUNT, &settings.seed, "N",
        {"o mesmo número dá o mesmo labirinto", "the same number gives the same maze"}, 0,
        UINT32_MAX},
    {"enemies", OPTION_COUNT, &settings.enemies, "N",
        {"inimigos no labirinto", "enemies in the maze"}, 0, MAX_ENEMIES},
    {0},
};

struct game {
    struct maze_map map;
    struct place player;
    struct enemy *enemies;
    size_t enemy_count;
    uint64_t random;
    struct keyboard keyboard;
    struct loop_signal *resized, *suspended;
    struct scope scope; /* of the tasks */
    bool playing, caught;
    char too_small[192]; /* the message of explain_size */
};

static bool can_move(const struct game *self, struct place place);
static void draw(struct game *self);
static void look_for_enemies(struct game *self);

static bool is_same(struct place a, struct place b)
{
    return a.x == b.x && a.y == b.y;
}

/*
 * The terminal's size
 */

static size_t columns_needed(const struct game *self)
{
    size_t clock_end = CLOCK_COLUMN + CLOCK_WIDTH;
    return self->map.columns < clock_end ? clock_end : self->map.columns;
}

/* The row below the maze is the clock's. With the default height it is the article's row 23. */
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

/*
 * The article's methods
 */

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

/* game_free is needed after an error, too. */
static int game_init(struct game *self)
{
    *self = (struct game){.random = (uint64_t)settings.seed};
    int error = 0;
    if (settings.seed < 0)
        error = uv_random(NULL, NULL, &self->random, sizeof(self->random), 0, NULL);
    if (!error)
        error = maze_map_make(
            &self->map, (size_t)settings.width, (size_t)settings.height, &self->random);
    if (error)
        return error;
    self->player = maze_map_random_place(&self->map, &self->random);
    return add_enemies(self, (size_t)settings.enemies);
}

static void game_free(struct game *self)
{
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

/* In a maze that does not fit the screen nothing moves. */
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

// #region show_clock
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
// #endregion show_clock

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

// #region play
static int execute(struct game *self)
{
    self->playing = true;
    draw(self);
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
// #endregion play

/*
 * The terminal and the program
 */

static void on_resize(void *argument)
{
    screen_resize();
    draw(argument);
    draw_clock(argument);
}

static void on_suspend(void *argument)
{
    screen_suspend();
    draw(argument);
    draw_clock(argument);
}

static int start_signals(struct game *self)
{
    int error = loop_signal_start(task_loop(), &self->resized, SIGWINCH, on_resize, self);
    return error ? error
                 : loop_signal_start(task_loop(), &self->suspended, SIGTSTP, on_suspend, self);
}

static void stop_signals(struct game *self)
{
    loop_signal_stop(self->resized);
    loop_signal_stop(self->suspended);
}

static int play(void *argument)
{
    struct game *self = argument;
    int error = start_signals(self);
    if (!error && !fits_the_screen(self)) {
        explain_size(self);
        error = UV_ENOSPC;
    }
    if (!error)
        error = execute(self);
    screen_restore(); /* first: without its handler, Ctrl+Z would stop us with the game's screen */
    stop_signals(self);
    return error;
}

/* Reports how the game ended, on the restored terminal. Returns the exit status. */
static int report_end(const struct game *self, int error, int signal)
{
    switch (error) {
    case 0:
    case UV_ECANCELED:
        if (self->caught)
            puts(tr("Um inimigo pegou você. Fim de jogo.", "An enemy caught you. Game over."));
        else if (signal == SIGINT)
            puts("exit");
        return EXIT_SUCCESS;
    case UV_ENOSPC:
        fprintf(stderr, "maze: %s\n", self->too_small);
        return EXIT_FAILURE;
    case UV_ENOTTY:
        fputs(tr("maze: a entrada e a saída precisam ser um terminal.\n",
                  "maze: the input and the output have to be a terminal.\n"),
            stderr);
        return EXIT_FAILURE;
    case UV_ENOTSUP:
        fprintf(stderr,
            tr("maze: não conheço este terminal, ou ele não sabe posicionar o cursor: TERM=%s\n",
                "maze: this terminal is unknown or cannot place its cursor: TERM=%s\n"),
            getenv("TERM") ? getenv("TERM") : "");
        return EXIT_FAILURE;
    default:
        return program_end(error, tr("o jogo", "the game"));
    }
}

static int game_run(struct game *self)
{
    uv_loop_t loop;
    int signal = 0, error = loop_init(&loop);
    if (error)
        return report_end(self, error, 0);
    error = keyboard_open(&self->keyboard);
    if (!error)
        error = screen_start();
    if (!error) {
        error = task_run(&loop, "maze", play, self);
        signal = loop_signal_received(&loop);
    }
    screen_restore();
    loop_close(&loop);
    keyboard_close(&self->keyboard);
    return report_end(self, error, signal);
}

int main(int argc, char **argv)
{
    program_start(argc, argv, purpose, options);
    struct game game;
    int error = game_init(&game);
    int status = error ? program_end(error, tr("o labirinto", "the maze")) : game_run(&game);
    game_free(&game);
    return status;
}
