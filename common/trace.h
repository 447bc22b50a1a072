/*
 * The runtime made visible.
 */
#pragma once

#include <stdio.h>

#include "common/loop.h"

/* Prints the tree of the loop's tasks: each one's name, what it waits for, and since when. A
 * program under task_run does so on stderr at each SIGUSR1 (kill -USR1). */
void trace_tasks(uv_loop_t *loop, FILE *out);
