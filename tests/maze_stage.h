/*
 * Helpers for the suites of the maze: the game in a terminal, and its player.
 */
#pragma once

#include "03-keyboard-maze/maze_map.h"
#include "terminal.h"

#define PROGRAM "03-keyboard-maze/maze"
#define WIDTH 24
#define HEIGHT 11
#define SEED 7
#define CLOCK_X 10
#define CLOCK_Y 23

enum { BLACK = 0, RED = 1, YELLOW = 3, BLUE = 4, WHITE = 7 };

/* The options of a usual game, and its map, which the caller frees. */
extern const char *const maze_usual_words[];
struct maze_map maze_usual_map(void);

/* Start a game in a terminal of 80 by 24, with these options or the usual ones, and wait until it
 * sleeps. */
void maze_start_with(struct terminal *terminal, const char *const words[]);
void maze_start(struct terminal *terminal);

/* Waits for the end of the game, which has to have this status; maze_leave types S before. */
void maze_end(struct terminal *terminal, int status);
void maze_leave(struct terminal *terminal);

/* Where the player is: a white * on blue. Returns false if there is none, as in the first half of a
 * picture; maze_until_player waits for it. */
bool maze_find_player(struct terminal *terminal, struct place *player);
void maze_until_player(struct terminal *terminal, struct place *player);

/* Conditions for terminal_until: the clock is shown; the player is at the struct place. */
bool maze_shows_clock(struct terminal *terminal, void *unused);
bool maze_player_is_at(struct terminal *terminal, void *place);

/* Waits until the usual game's maze is shown whole, and red. */
void maze_check(struct terminal *terminal);

/* Types a digit that moves the player to a free place, and stores that place in *player.
 * maze_step_once also waits until the player is there. */
void maze_step_without_waiting(struct terminal *terminal, struct place *player);
void maze_step_once(struct terminal *terminal, struct place *player);
