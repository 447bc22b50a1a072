/* NEAR MISS: a deadline ends the wait every tenth of a second, only to begin it again.
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
    while (!error && game->paused) {
        struct scope scope;
        error = scope_enter_for(&scope, 0.1);
        if (!error)
            error = future_wait(&game->resumed, NULL);
        bool mine = false;
        error = scope_leave(&scope, error);
        mine = scope_timed_out(&scope);
        if (error == UV_ETIMEDOUT && mine)
            error = 0;
    }
    return error;
}
