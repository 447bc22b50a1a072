/* NEAR MISS: every error is taken for the end of the patience.
 * Says: the task was cancelled, and hunter_turn returned 0 */
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
    if (scope_leave(&scope, error) == 0)
        game->hunter = thought.step;
    return 0;
}
