/* NEAR MISS: the thread moves the hunter unless a flag says that it is late.
 * Says: the pool's thread moves it */
#include "../exercise.h"

#include <stdbool.h>

#include "common/executor.h"

struct job {
    struct thought thought;
    struct game *game;
};
static volatile bool late;
static int work(void *data)
{
    struct job *job = data;
    think(&job->thought);
    if (!late)
        job->game->hunter = job->thought.step;
    return 0;
}

int hunter_turn(struct game *game, double patience)
{
    struct job job = {{.hunter = game->hunter, .player = game->player}, game};
    struct scope scope;
    late = false;
    int error = scope_enter_for(&scope, patience);
    if (!error)
        error = executor_run("think", work, &job, sizeof(job));
    error = scope_leave(&scope, error);
    late = error != 0;
    return error == UV_ETIMEDOUT && scope_timed_out(&scope) ? 0 : error;
}
