/* What the test asks the exercise for. */
#pragma once

#include <uv.h>

#define METRONOMES 3

struct band {
    uv_loop_t loop;
    uv_timer_t metronomes[METRONOMES];
    int beats, most; /* so far, and when to stop */
    int closed;      /* metronomes whose close callback has been called */
};

/* Plays so many beats on a loop of the band's own, and leaves nothing open. Returns 0 or libuv's
 * error. */
int band_play(struct band *band, int beats);
