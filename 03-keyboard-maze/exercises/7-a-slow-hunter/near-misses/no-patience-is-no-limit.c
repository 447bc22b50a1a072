/* NEAR MISS: 0 seconds are taken for no limit.
 * Says: a hunter without patience, for 0 seconds, still waits */
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
    int error =
        patience > 0 ? scope_enter_for(&scope, patience) : scope_enter_until(&scope, UINT64_MAX);
    if (!error)
        error = executor_run("think", work, &thought, sizeof(thought));
    error = scope_leave(&scope, error);
    if (!error)
        game->hunter = thought.step;
    return error == UV_ETIMEDOUT && scope_timed_out(&scope) ? 0 : error;
}
