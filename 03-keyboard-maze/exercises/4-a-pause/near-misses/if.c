/* NEAR MISS: between the end of a pause and the turn of the enemy, the next pause may begin.
 * Says: P, and later P twice at once: still paused */
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
    if (!error && game->paused)
        error = future_wait(&game->resumed, NULL);
    return error;
}
