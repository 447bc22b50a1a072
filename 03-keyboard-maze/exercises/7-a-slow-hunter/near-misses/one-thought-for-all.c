/* NEAR MISS: a static thought: two hunters that think at once share it.
 * Says: two hunters, in two games, thought at once */
#include "../exercise.h"

#include "common/executor.h"

static int think_on_the_pool(void *data)
{
    think(*(struct thought **)data);
    return 0;
}

int hunter_turn(struct game *game, double patience)
{
    static struct thought thought;
    struct thought *pointer = &thought;
    thought = (struct thought){.hunter = game->hunter, .player = game->player};
    struct scope scope;
    int error = scope_enter_until(&scope, loop_deadline(task_loop(), patience));
    if (!error)
        error = executor_run("think", think_on_the_pool, &pointer, sizeof(pointer));
    error = scope_leave(&scope, error);
    if (!error)
        game->hunter = thought.step;
    return error == UV_ETIMEDOUT ? 0 : error;
}
