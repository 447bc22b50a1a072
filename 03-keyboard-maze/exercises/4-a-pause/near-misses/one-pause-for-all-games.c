/* NEAR MISS: the variable is static, so a pause stops the enemies of all games.
 * Says: P was pressed in another game */
#include "../exercise.h"

static bool paused;
void game_toggle_pause(struct game *game)
{
    paused = !paused;
    if (paused)
        game->resumed = (struct future){0};
    else
        future_set(&game->resumed, 0);
}

int game_sleep(struct game *game, double seconds)
{
    int error = task_sleep(seconds);
    while (!error && paused)
        error = future_wait(&game->resumed, NULL);
    return error;
}
