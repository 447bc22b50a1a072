/*
 * A maze in the terminal, its player moved by the keyboard: the article's class Jogo. The keyboard,
 * the clock and each enemy are a task of their own.
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
#include "03-keyboard-maze/signals.h"
#include "common/language.h"
#include "common/program.h"
#include "common/task.h"

#define CLOCK_COLUMN 10
#define CLOCK_WIDTH 17 /* 10/08/14 12:34:56 */
#define ENEMY_PAUSE 0.3
#define ENEMIES_MOST 100

struct game {
    struct maze_map map;
    struct place player;
    struct enemy *enemies;
    size_t enemy_count;
    uint64_t random;
    struct keyboard keyboard;
    struct signals signals;
    struct scope scope; /* of the tasks */
    bool playing, caught;
    char too_small[192]; /* what the screen lacks, for the message about it */
};

static bool is_same(struct place a, struct place b)
{
    return a.x == b.x && a.y == b.y;
}

/*
 * Drawing
 */

/* The clock stands just below the maze, which is row 23 at the usual height. */
static bool fits_the_screen(struct game *self)
{
    size_t needed = self->map.columns, columns, rows;
    if (needed < CLOCK_COLUMN + CLOCK_WIDTH)
        needed = CLOCK_COLUMN + CLOCK_WIDTH;
    screen_size(&columns, &rows);
    if (columns >= needed && rows > self->map.rows)
        return true;
    snprintf(self->too_small, sizeof self->too_small,
        tr("O terminal tem %zux%zu caracteres; este labirinto precisa de %zux%zu. "
           "Diminua-o com --width e --height.",
            "The terminal has %zux%zu characters; this maze needs %zux%zu. "
            "Make it smaller with --width and --height."),
        columns, rows, needed, self->map.rows + 1);
    return false;
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
        screen_clear();
        screen_print_at(0, 0, SCREEN_PLAIN, self->too_small);
    }
    screen_show();
}

static void draw_clock(struct game *self)
{
    char text[CLOCK_WIDTH + 1];
    time_t now = time(NULL);
    struct tm local;
    if (!fits_the_screen(self) || !localtime_r(&now, &local))
        return;
    strftime(text, sizeof text, "%d/%m/%y %H:%M:%S", &local);
    screen_print_at(CLOCK_COLUMN, self->map.rows, SCREEN_PLAYER, text);
    screen_show();
}

/*
 * The rules
 */

/* Nobody moves in a maze that cannot be seen. */
static bool can_move(struct game *self, struct place place)
{
    return fits_the_screen(self) && maze_map_is_free(&self->map, place);
}

static void game_over(struct game *self)
{
    self->playing = false;
    scope_cancel(&self->scope);
}

static void look_for_enemies(struct game *self)
{
    for (size_t i = 0; i < self->enemy_count; i++)
        if (is_same(self->enemies[i].place, self->player))
            self->caught = true;
    if (self->caught)
        game_over(self);
}

/*
 * The tasks
 */

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

// #region show_clock
static int show_clock(void *argument)
{
    struct game *self = argument;
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

/*
 * The game
 */

static void on_signal(void *argument, int number)
{
    struct game *self = argument;
    switch (number) {
    case SIGTSTP:
        screen_suspend();
        break;
    case SIGWINCH:
        screen_resize();
        break;
    default: /* task_run ends the game; a second one ends it at once */
        screen_guard(number);
        return;
    }
    draw(self);
    draw_clock(self);
}

// #region play
static int play(struct game *self)
{
    if (!fits_the_screen(self))
        return UV_ENOSPC;
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

static int execute(void *argument)
{
    static const int numbers[] = {SIGWINCH, SIGTSTP, SIGINT, SIGTERM};
    struct game *self = argument;
    screen_guard(SIGSEGV); /* task_run has set its own handler, for stacks that overflow */
    int error = signals_open(&self->signals, numbers, 4, on_signal, self);
    if (!error)
        error = play(self);
    /* In this order: as long as the screen is ours, no signal has its default effect. */
    screen_restore();
    signals_close(&self->signals);
    return error;
}

static int game_init(struct game *self, size_t width, size_t height, size_t enemies)
{
    int error = maze_map_make(&self->map, width, height, &self->random);
    if (error)
        return error;
    self->player = maze_map_random_place(&self->map, &self->random);
    self->enemies = calloc(enemies ? enemies : 1, sizeof *self->enemies);
    if (!self->enemies)
        return UV_ENOMEM;
    self->enemy_count = enemies;
    for (size_t i = 0; i < enemies; i++) {
        struct enemy *enemy = &self->enemies[i];
        enemy->game = self;
        do
            enemy->place = maze_map_random_place(&self->map, &self->random);
        while (is_same(enemy->place, self->player));
    }
    return 0;
}

static void game_free(struct game *self)
{
    free(self->enemies);
    maze_map_free(&self->map);
}

/* How it ended, now that the terminal shows it: the program's exit status. */
static int game_end(const struct game *self, int error, int signal)
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
        return game_end(self, error, 0);
    error = keyboard_open(&self->keyboard);
    if (!error)
        error = screen_start();
    if (!error) {
        error = task_run(&loop, "maze", execute, self);
        signal = loop_signal_received(&loop);
    }
    screen_restore();
    loop_close(&loop);
    keyboard_close(&self->keyboard);
    return game_end(self, error, signal);
}

int main(int argc, char **argv)
{
    static const char *const purpose[2] = {
        "Um labirinto: 4 6 8 2 ou as setas movem o jogador, S sai.",
        "A maze: 4 6 8 2 or the arrows move the player, S leaves."};
    long width = 24, height = 11, seed = -1, enemies = 0;
    const struct program_option options[] = {
        {"width", OPTION_COUNT, &width, "N", {"células em cada linha", "cells in a row"}, 1,
            MAZE_MAP_LIMIT},
        {"height", OPTION_COUNT, &height, "N", {"linhas de células", "rows of cells"}, 1,
            MAZE_MAP_LIMIT},
        {"seed", OPTION_COUNT, &seed, "N",
            {"o mesmo número dá o mesmo labirinto", "the same number gives the same maze"}, 0,
            UINT32_MAX},
        {"enemies", OPTION_COUNT, &enemies, "N", {"inimigos no labirinto", "enemies in the maze"},
            0, ENEMIES_MOST},
        {0}};
    program_start(argc, argv, purpose, options);

    struct game game = {.random = (uint64_t)seed};
    int error = 0;
    if (seed < 0)
        error = uv_random(NULL, NULL, &game.random, sizeof game.random, 0, NULL);
    if (!error)
        error = game_init(&game, (size_t)width, (size_t)height, (size_t)enemies);
    int status = error ? program_end(error, tr("o labirinto", "the maze")) : game_run(&game);
    game_free(&game);
    return status;
}
