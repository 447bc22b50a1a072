/* An enemy that comes for you, but has to think about it. */
#include "exercise.h"

/* EXERCISE: while it thinks, the clock stands still, and there is no end to its patience. */
int hunter_turn(struct game *game, double patience)
{
    struct thought thought = {.hunter = game->hunter, .player = game->player};
    (void)patience;
    think(&thought);
    game->hunter = thought.step;
    return 0;
}
