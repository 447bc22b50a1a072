/* Shared by the exercise and its test. */
#pragma once

#include "common/task.h"

struct place {
    int x, y;
};

struct game {
    struct place hunter, player;
};

struct thought {
    struct place hunter, player; /* where they are */
    struct place step;           /* the result: where the hunter should go next */
};

/* Part of the test: finds thought->step. It blocks for as long as that takes. */
void think(struct thought *thought);

/* A turn of the hunter. It thinks, on a thread of the pool, and then goes to the step that it has
 * found. If that takes more than patience seconds, it stays where it is. Returns 0 in both cases,
 * or UV_ENOMEM, or UV_ECANCELED if the task was cancelled; after an error the hunter has not moved.
 */
int hunter_turn(struct game *game, double patience);
