/* NEAR MISS: the future is static: a second game that is paused takes it from the first.
 * Says: game_sleep asks again and again, and never waits */
#include "../exercise.h"

static struct future resumed;
void game_toggle_pause(struct game *game)
{
    game->paused = !game->paused;
    if (game->paused)
        resumed = (struct future){0};
    else
        future_set(&resumed, 0);
}

int game_sleep(struct game *game, double seconds)
{
    int error = task_sleep(seconds);
    while (!error && game->paused)
        error = future_wait(&resumed, NULL);
    return error;
}
