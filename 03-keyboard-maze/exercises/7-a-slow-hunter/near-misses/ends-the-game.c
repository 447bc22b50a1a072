/* NEAR MISS: the end of the patience is returned as an error, which ends the hunter's task.
 * Says: with which its task would end */
#include "../exercise.h"

#include "common/executor.h"

static int think_on_the_pool(void *thought)
{
    think(thought);
    return 0;
}

int hunter_turn(struct game *game, double patience)
{
    struct thought thought = {.hunter = game->hunter, .player = game->player};
    struct scope scope;
    int error = scope_enter_until(&scope, loop_deadline(task_loop(), patience));
    if (!error)
        error = executor_run("think", think_on_the_pool, &thought, sizeof(thought));
    error = scope_leave(&scope, error);
    if (!error)
        game->hunter = thought.step;
    return error;
}
