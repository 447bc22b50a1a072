/* NEAR MISS: the thought is freed if it came in time, and otherwise never.
 * Found by: address
 * Says: detected memory leaks */
#include "../exercise.h"

#include <stdlib.h>

#include "common/executor.h"

static int work(void *data)
{
    think(*(struct thought **)data);
    return 0;
}
int hunter_turn(struct game *game, double patience)
{
    struct thought *thought = malloc(sizeof(*thought));
    *thought = (struct thought){.hunter = game->hunter, .player = game->player};
    struct scope scope;
    int error = scope_enter_for(&scope, patience);
    if (!error)
        error = executor_run("think", work, &thought, sizeof(thought));
    error = scope_leave(&scope, error);
    if (!error)
        game->hunter = thought->step;
    if (!error)
        free(thought);
    return error == UV_ETIMEDOUT && scope_timed_out(&scope) ? 0 : error;
}
