/*
 * Three callbacks, a, b and c, each write their letter; the loop decides when.
 */
#pragma once

#include <uv.h>

struct notes {
    uv_loop_t *loop;
    char text[8];
};

/* Asks the loop to call them. */
void schedule(struct notes *notes);

/* What notes->text is when the loop has run. */
const char *prediction(void);
