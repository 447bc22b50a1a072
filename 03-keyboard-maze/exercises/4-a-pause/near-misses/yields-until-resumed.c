/* NEAR MISS: the enemy waits for nothing: the processor is busy during the whole pause.
 * Says: times to ask whether the pause is over */
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
        error = task_yield();
    return error;
}
