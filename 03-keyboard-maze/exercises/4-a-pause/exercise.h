/* The functions that the test calls. */
#pragma once

#include <stdbool.h>

#include "common/task.h"

/* All zero is a game that goes on. */
struct game {
    bool paused;
    struct future resumed; /* while it is paused: set when it goes on */
};

/* The key P: the game is paused, or goes on. */
void game_toggle_pause(struct game *game);

/* Waits that many seconds, and then until the game is not paused. Returns 0, or UV_ECANCELED, ...
 */
int game_sleep(struct game *game, double seconds);
