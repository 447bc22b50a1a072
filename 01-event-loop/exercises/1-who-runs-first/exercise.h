/* Shared by the exercise and its test. */
#pragma once

#include "common/loop.h"

/* The calls that have run so far. */
struct order {
    uv_loop_t *loop;
    char letters[16];
    size_t count;
};

/* The letters of the seven calls, in the order in which they run. */
extern const char prediction[];

/* Schedules the calls, each with the order as its argument. */
void ask(struct order *order);

/* Appends the letter. Each call notes its own. */
void note_letter(struct order *order, char letter);
