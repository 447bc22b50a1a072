/* LOOP_SEED: runs callbacks in a random order, to find programs that depend on the usual one. */
#include <limits.h>
#include <stdlib.h>

#include "common/loop.h"
#include "common/observe/observer.h"
#include "common/text/environment.h"

/* The size of the random sort keys. Callbacks with equal keys keep their order. */
#define KEY_BITS 16

unsigned shuffle_seed(void)
{
    return (unsigned)environment_number("LOOP_SEED", 0, UINT_MAX);
}

/* Sorts by random keys, one bit at a time (a radix sort), because that allocates no memory. */
struct loop_callback *shuffle(struct loop_callback *first, unsigned *seed)
{
    for (int bit = 0; bit < KEY_BITS; bit++) {
        struct loop_callback *ones = NULL, *zeros = NULL;
        struct loop_callback **last_one = &ones, **last_zero = &zeros;
        for (struct loop_callback *callback = first; callback;
             callback = STAILQ_NEXT(callback, entry)) {
            struct loop_callback ***last = rand_r(seed) & 1 ? &last_one : &last_zero;
            **last = callback;
            *last = &STAILQ_NEXT(callback, entry);
        }
        *last_one = NULL;
        *last_zero = ones;
        first = zeros;
    }
    return first;
}
