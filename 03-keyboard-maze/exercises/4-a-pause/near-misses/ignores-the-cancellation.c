/* NEAR MISS: a cancelled task waits on. Each of its waits returns UV_ECANCELED at once.
 * Says: game_sleep asks again and again, and never waits */
#include "../exercise.h"

void game_toggle_pause(struct game *game)
{
    game->paused = !game->paused;
    if (game->paused)
        game->resumed = (struct future){0};
    else
        future_set(&game->resumed, 0);
}

int game_sleep(struct game *game, double seconds)
{
    int error = task_sleep(seconds);
    while (game->paused)
        future_wait(&game->resumed, NULL);
    return error;
}
