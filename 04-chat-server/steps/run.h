/* The main of steps 5 and 6, and a part of serve.h. */
#pragma once

#include <stdio.h>

#include "common/program.h"
#include "common/task.h"

/* Runs the function as the first task of a loop. Returns its result, or an error of the loop. */
static inline int run_task(int (*function)(void *argument), void *argument)
{
    uv_loop_t loop;
    setvbuf(stdout, NULL, _IOLBF, 0);
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "main", function, argument);
        loop_close(&loop);
    }
    return error;
}
