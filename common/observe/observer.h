/*
 * The observer of a loop. Private to observe/.
 */
#pragma once

#include "common/observe/hooks.h"

struct observer {
    uv_loop_t *loop;
    struct trace *trace; /* the recording that TRACE asks for, or NULL */
    struct debug *debug; /* what LOOP_DEBUG asks for, or NULL */
    unsigned seed;       /* for the order of LOOP_SEED; 0: first in, first out */
};

/* The number in LOOP_SEED, or 0. */
unsigned shuffle_seed(void);

/* Puts the callbacks of a list into an order that depends on the seed, and changes the seed. */
struct loop_callback *shuffle(struct loop_callback *first, unsigned *seed);

/* Prints the tree of tasks at each SIGUSR1, until task_tree_unwatch gets the returned handle.
 * Returns NULL when out of memory; task_tree_unwatch does nothing with that. */
uv_signal_t *task_tree_watch(uv_loop_t *loop);
void task_tree_unwatch(uv_signal_t *signal);
