/* NEAR MISS: the patience is a double, and half a second becomes none.
 * Says: no thread calls think */
#include "../exercise.h"

#include "common/executor.h"

static int work(void *data)
{
    think(data);
    return 0;
}

int hunter_turn(struct game *game, double patience)
{
    struct thought thought = {.hunter = game->hunter, .player = game->player};
    struct scope scope;
    int error = scope_enter_for(&scope, (int)patience);
    if (!error)
        error = executor_run("think", work, &thought, sizeof(thought));
    error = scope_leave(&scope, error);
    if (!error)
        game->hunter = thought.step;
    return error == UV_ETIMEDOUT && scope_timed_out(&scope) ? 0 : error;
}
