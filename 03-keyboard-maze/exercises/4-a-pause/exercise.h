/* The functions that the test calls. */
#pragma once

#include <stdbool.h>

#include "common/task.h"

/* All zero is a running game. */
struct game {
    bool paused;
    struct future resumed; /* while paused: set when the game goes on */
};

/* Handles the key P: pauses the game, or lets it go on. */
void game_toggle_pause(struct game *game);

/* Waits that many seconds, and then until the game is not paused. Returns 0,
 * UV_ECANCELED or UV_ETIMEDOUT. */
int game_sleep(struct game *game, double seconds);
