/* NEAR MISS: the future of the first pause is set for ever, and waiting for it is no wait.
 * Says: game_sleep asks again and again, and never waits */
#include "../exercise.h"

void game_toggle_pause(struct game *game)
{
    game->paused = !game->paused;
    if (!game->paused)
        future_set(&game->resumed, 0);
}

int game_sleep(struct game *game, double seconds)
{
    int error = task_sleep(seconds);
    while (!error && game->paused)
        error = future_wait(&game->resumed, NULL);
    return error;
}
