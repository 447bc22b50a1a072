/*
 * What watches a loop. Private to observe/.
 */
#pragma once

#include "common/observe/hooks.h"

struct observer {
    uv_loop_t *loop;
    struct trace *trace; /* the recording that TRACE asks for, or NULL */
    struct debug *debug; /* what LOOP_DEBUG asks for, or NULL */
    unsigned seed;       /* of LOOP_SEED's order; 0: first in, first out */
};

/* What LOOP_SEED says, or 0. */
unsigned shuffle_seed(void);

/* Returns the callbacks of a list in another order, which the seed decides and which changes it. */
struct loop_callback *shuffle(struct loop_callback *first, unsigned *seed);

/* Prints the tree of tasks at each SIGUSR1, until the handle, which may be NULL, is given back. */
uv_signal_t *task_tree_watch(uv_loop_t *loop);
void task_tree_unwatch(uv_signal_t *signal);
