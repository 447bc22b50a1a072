/* What the test asks the exercise for. */
#pragma once

#include "common/loop.h"

/* Who has run so far. */
struct order {
    uv_loop_t *loop;
    char letters[16];
    size_t count;
};

/* The letters of the seven calls, in the order in which they run. */
extern const char prediction[];

/* Asks the loop for the calls, each with the order as its argument. */
void ask(struct order *order);

/* Each call notes its letter with this. */
void note_letter(struct order *order, char letter);
