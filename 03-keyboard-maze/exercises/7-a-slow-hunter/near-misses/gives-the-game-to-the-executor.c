/* NEAR MISS: the whole game is copied back, with the player where it was before.
 * Says: and hunter_turn has put it at 9, 9 */
#include "../exercise.h"

#include "common/executor.h"

static int work(void *data)
{
    struct game *g = data;
    struct thought t = {.hunter = g->hunter, .player = g->player};
    think(&t);
    g->hunter = t.step;
    return 0;
}
int hunter_turn(struct game *game, double patience)
{
    struct scope scope;
    int error = scope_enter_for(&scope, patience);
    if (!error)
        error = executor_run("think", work, game, sizeof(*game));
    error = scope_leave(&scope, error);
    return error == UV_ETIMEDOUT && scope_timed_out(&scope) ? 0 : error;
}
