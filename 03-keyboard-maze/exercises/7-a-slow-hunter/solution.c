/* An enemy that comes for you, but has to think about it. */
#include "exercise.h"

#include "common/executor.h"

/* Runs on a thread of the pool, with the executor's copy of the thought. */
static int think_on_the_pool(void *thought)
{
    think(thought);
    return 0;
}

int hunter_turn(struct game *game, double patience)
{
    struct thought thought = {.hunter = game->hunter, .player = game->player};
    struct scope scope;
    int error = scope_enter_for(&scope, patience);
    if (!error)
        error = executor_run("think", think_on_the_pool, &thought, sizeof(thought));
    error = scope_leave(&scope, error);
    if (!error)
        game->hunter = thought.step;
    return error == UV_ETIMEDOUT ? 0 : error;
}
