/* NEAR MISS: the caller cannot tell a deadline from a cancellation.
 * Says: returned -125 instead of UV_ETIMEDOUT */
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
    while (!error && game->paused)
        error = future_wait(&game->resumed, NULL);
    return error ? UV_ECANCELED : 0;
}
