/* A key that stops all enemies. */
#include "exercise.h"

/* Each pause has its own future, which is set when the pause ends. */
void game_toggle_pause(struct game *game)
{
    game->paused = !game->paused;
    if (game->paused)
        game->resumed = (struct future){0};
    else
        future_set(&game->resumed, 0);
}

/* A loop, because P may be pressed again before this task runs. */
int game_sleep(struct game *game, double seconds)
{
    int error = task_sleep(seconds);
    while (!error && game->paused)
        error = future_wait(&game->resumed, NULL);
    return error;
}
