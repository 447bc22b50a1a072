/* The functions that the test calls. */
#pragma once

#include "common/loop.h"

/* The caller sets everything but the last two, which are zero at first. */
struct periodic {
    uv_loop_t *loop;
    uint64_t interval; /* milliseconds */
    void (*run)(void *argument);
    void *argument;
    struct loop_timer timer;
    bool running; /* yours, if you want it */
};

/* Calls run(argument) one interval from now, two intervals from now, and so on, however long run
 * itself takes. A time that has passed while run was busy is skipped. Returns 0 or UV_ENOMEM. */
int periodic_start(struct periodic *periodic);

/* No call comes after this, until periodic_start. run may call both, too. */
void periodic_stop(struct periodic *periodic);
