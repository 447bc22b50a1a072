/* NEAR MISS: the thread gets a pointer to the game, and moves the hunter when nobody waits any
 * more. Says: when the thread came to its end, and moved the hunter */
#include "../exercise.h"

#include "common/executor.h"

struct work {
    struct game *game;
};

static int think_and_move(void *argument)
{
    struct work *work = argument;
    struct thought thought = {.hunter = work->game->hunter, .player = work->game->player};
    think(&thought);
    work->game->hunter = thought.step;
    return 0;
}

int hunter_turn(struct game *game, double patience)
{
    struct work work = {game};
    struct scope scope;
    int error = scope_enter_until(&scope, loop_deadline(task_loop(), patience));
    if (!error)
        error = executor_run("think", think_and_move, &work, sizeof(work));
    error = scope_leave(&scope, error);
    return error == UV_ETIMEDOUT ? 0 : error;
}
