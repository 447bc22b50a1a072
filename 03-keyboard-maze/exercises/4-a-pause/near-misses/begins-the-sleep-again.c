/* NEAR MISS: after any pause, even one that ended during the sleep, the sleep begins again.
 * Says: A pause was over before the sleep was */
#include "../exercise.h"

static unsigned pauses;

void game_toggle_pause(struct game *game)
{
    game->paused = !game->paused;
    pauses++;
    if (game->paused)
        game->resumed = (struct future){0};
    else
        future_set(&game->resumed, 0);
}

int game_sleep(struct game *game, double seconds)
{
    unsigned before;
    int error;
    do {
        before = pauses;
        error = task_sleep(seconds);
        while (!error && game->paused) {
            error = future_wait(&game->resumed, NULL);
            if (!error && !game->paused)
                return 0;
        }
    } while (!error && before != pauses);
    return error;
}
