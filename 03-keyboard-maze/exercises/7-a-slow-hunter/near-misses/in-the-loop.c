/* NEAR MISS: a deadline ends waits only, and think does not wait: it holds the loop.
 * Says: think was called in the loop's thread */
#include "../exercise.h"

int hunter_turn(struct game *game, double patience)
{
    struct thought thought = {.hunter = game->hunter, .player = game->player};
    struct scope scope;
    int error = scope_enter_until(&scope, loop_deadline(task_loop(), patience));
    think(&thought);
    if (!error)
        error = task_yield();
    error = scope_leave(&scope, error);
    if (!error)
        game->hunter = thought.step;
    return error == UV_ETIMEDOUT ? 0 : error;
}
