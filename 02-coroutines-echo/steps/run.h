/* Step 4's main, shared by the steps after it. */
#pragma once

#include <stdio.h>

#include "common/task.h"

/* Runs the function as the first task of a loop. Returns main's exit status. */
static inline int run_task(int (*function)(void *unused))
{
    uv_loop_t loop;
    setvbuf(stdout, NULL, _IOLBF, 0); /* prints line by line into a pipe, too */
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "run", function, NULL);
        loop_close(&loop);
    }
    if (task_run_was_cancelled())
        return 0; /* Ctrl+C: the user asked for this end */
    if (error)
        fprintf(stderr, "run: %s\n", uv_strerror(error));
    return error != 0;
}
