/* NEAR MISS: the thought is gone when patience is over, and the thread writes to it.
 * Found by: address
 * Says: in think */
#include "../exercise.h"

#include "common/executor.h"

static int think_on_the_pool(void *data)
{
    think(*(struct thought **)data);
    return 0;
}

int hunter_turn(struct game *game, double patience)
{
    struct thought thought = {.hunter = game->hunter, .player = game->player};
    struct thought *pointer = &thought;
    struct scope scope;
    int error = scope_enter_until(&scope, loop_deadline(task_loop(), patience));
    if (!error)
        error = executor_run("think", think_on_the_pool, &pointer, sizeof(pointer));
    error = scope_leave(&scope, error);
    if (!error)
        game->hunter = thought.step;
    return error == UV_ETIMEDOUT ? 0 : error;
}
