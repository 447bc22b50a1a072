/*
 * Out of memory: every allocation of a scenario fails in its turn. Whichever it is, an error comes
 * back, nothing crashes, nothing is left behind.
 *
 * The linker leads the library's calls to support_shortage.c (--wrap), and
 * uv_replace_allocator libuv's. One kind cannot be survived: libuv 1.44 ends the program
 * (src/unix/core.c, maybe_resize) when loop_init has no memory for its table of watched
 * descriptors. It also does so when it cannot start the thread pool
 * (src/threadpool.c, init_threads). What the C library allocates for itself, in getaddrinfo say, is
 * not made to fail.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "support_runtime.h"

#define MOST_BLOCKS 4096

/* The allocations since it was armed. Only the loop's thread allocates. */
struct memory {
    bool armed;
    bool for_ever;   /* after the refused allocation, all others fail, too */
    size_t asked;    /* allocations since it was armed */
    size_t refusing; /* the number of the allocation that fails, from 1; 0: none */
    size_t live;
    const void *blocks[MOST_BLOCKS]; /* that were allocated since then and not freed */
};
extern struct memory memory;

/* Check's own assertions allocate, so a scenario uses this one. */
#define REQUIRE(condition) require(condition, #condition, __LINE__)
void require(bool holds, const char *condition, int line);

/* Runs the scenario, in which the allocation of that number fails (0: none). Returns its error. */
int run_refusing(int (*scenario)(void), size_t refusing);

/* Makes each allocation of the scenario fail once, then each with all that follow it. tolerated is
 * the number of allocations whose failure is no error of the scenario. */
void survives(int (*scenario)(void), size_t tolerated);

/* Does the same, but does not set libuv's allocator. */
void each_may_fail(int (*scenario)(void), size_t tolerated);

/* Makes libuv allocate with the replaced functions, and grow its tables with this one. */
void replace_allocator(void *(*libuv_realloc)(void *block, size_t size));

/* For scenarios: runs the function as the first task of a loop. */
int run_tasks(int (*function)(void *argument));
