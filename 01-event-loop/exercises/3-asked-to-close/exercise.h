/* The functions that the test calls. */
#pragma once

#include <uv.h>

#define METRONOMES 3

struct band {
    uv_loop_t loop;
    uv_timer_t metronomes[METRONOMES];
    int beats;     /* so far */
    int max_beats; /* the loop stops there */
    int closed;    /* metronomes whose close callback has been called */
};

/* Plays that many beats on a loop of the band's own, and closes everything. Returns 0 or libuv's
 * error. */
int band_play(struct band *band, int beats);
