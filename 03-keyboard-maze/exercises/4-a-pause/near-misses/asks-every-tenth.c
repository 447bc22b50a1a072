/* NEAR MISS: the enemy asks ten times a second, all day long, and still goes on late.
 * Says: times to ask whether the pause is over */
#include "../exercise.h"

void game_toggle_pause(struct game *game)
{
    game->paused = !game->paused;
}

int game_sleep(struct game *game, double seconds)
{
    int error = task_sleep(seconds);
    while (!error && game->paused)
        error = task_sleep(0.1);
    return error;
}
