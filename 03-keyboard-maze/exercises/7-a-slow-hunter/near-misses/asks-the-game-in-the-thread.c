/* NEAR MISS: the thread looks where the two are, in memory that the loop's thread writes.
 * Says: the player moved before the thread began */
#include "../exercise.h"

#include "common/executor.h"

struct job {
    struct game *game;
    struct place step;
};
static int work(void *data)
{
    struct job *job = data;
    struct thought t = {.hunter = job->game->hunter, .player = job->game->player};
    think(&t);
    job->step = t.step;
    return 0;
}
int hunter_turn(struct game *game, double patience)
{
    struct job thought = {game, {0, 0}};
    struct scope scope;
    int error = scope_enter_for(&scope, patience);
    if (!error)
        error = executor_run("think", work, &thought, sizeof(thought));
    error = scope_leave(&scope, error);
    if (!error)
        game->hunter = thought.step;
    return error == UV_ETIMEDOUT && scope_timed_out(&scope) ? 0 : error;
}
