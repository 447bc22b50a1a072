/* What the test asks the exercise for. */
#pragma once

#include "common/loop.h"

/* The caller sets all but the timer, which is zero at first. */
struct periodic {
    uv_loop_t *loop;
    uint64_t interval; /* milliseconds */
    void (*run)(void *argument);
    void *argument;
    struct loop_timer timer;
};

/* Calls run(argument) after one interval, after two, three, ...: counted from now, however long
 * run itself takes. Where it takes so long that a time has passed, that time is left out. Returns
 * 0 or UV_ENOMEM. */
int periodic_start(struct periodic *periodic);

void periodic_stop(struct periodic *periodic);
