/*
 * The game: the article's class Jogo. The keyboard, the clock and each enemy have a task of their
 * own.
 */
#pragma once

#include "03-keyboard-maze/enemy.h"
#include "03-keyboard-maze/keyboard.h"
#include "03-keyboard-maze/maze_map.h"
#include "common/task.h"

struct game {
    struct maze_map map;
    struct place player;
    struct enemy *enemies;
    size_t enemy_count;
    uint64_t random;
    struct keyboard keyboard;
    struct scope scope; /* of the tasks */
    bool playing, caught;
    char too_small[192]; /* the message for UV_ENOSPC of game_execute */
};

/* Makes a maze of width x height cells, with the player and the enemies in it. The same seed gives
 * the same maze; a seed below 0 means a random one. Returns 0 or an error. Call game_free after an
 * error, too. */
int game_init(struct game *self, size_t width, size_t height, size_t enemies, long seed);

/* Call it after loop_close, because a thread of the pool may use the keyboard until then. */
void game_free(struct game *self);

/* Plays until the player leaves or is caught (then self->caught is set). Call it in a task, after
 * screen_start. Returns 0; UV_ENOSPC if the screen is too small for the maze; or an error such as
 * UV_ECANCELED. */
int game_execute(struct game *self);

/* Draws everything again, on a screen that was cleared. */
void game_redraw(struct game *self);
