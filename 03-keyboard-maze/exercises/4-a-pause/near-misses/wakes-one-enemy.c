/* NEAR MISS: there is room for one enemy that waits, and the others are never woken.
 * Says: P was pressed in this one */
#include "../exercise.h"

static struct task_wait *waiter;
static void cancel(struct task_wait *wait)
{
    waiter = NULL;
    task_wake(wait, UV_ECANCELED);
}
void game_toggle_pause(struct game *game)
{
    game->paused = !game->paused;
    if (!game->paused && waiter) {
        struct task_wait *w = waiter;
        waiter = NULL;
        task_wake(w, 0);
    }
}

int game_sleep(struct game *game, double seconds)
{
    int error = task_sleep(seconds);
    while (!error && game->paused) {
        struct task_wait wait;
        waiter = &wait;
        error = task_wait(&wait, "pause", cancel);
    }
    return error;
}
