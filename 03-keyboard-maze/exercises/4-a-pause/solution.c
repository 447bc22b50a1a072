/* A key that stops all enemies. */
#include "exercise.h"

/* Each pause has a result of its own, which does not exist until it ends. */
void game_toggle_pause(struct game *game)
{
    game->paused = !game->paused;
    if (game->paused)
        game->resumed = (struct future){0};
    else
        future_set(&game->resumed, 0);
}

/* A loop, because P may have been pressed again before this task's turn has come. */
int game_sleep(struct game *game, double seconds)
{
    int error = task_sleep(seconds);
    while (!error && game->paused)
        error = future_wait(&game->resumed, NULL);
    return error;
}
