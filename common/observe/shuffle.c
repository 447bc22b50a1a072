/* LOOP_SEED: an order that no program should depend on, for tests to find those that do. */
#include <limits.h>
#include <stdlib.h>

#include "common/loop.h"
#include "common/observe/observer.h"
#include "common/text/environment.h"

/* Of the key by which the callbacks are sorted; equal keys keep their order. */
#define KEY_BITS 16

unsigned shuffle_seed(void)
{
    return (unsigned)environment_number("LOOP_SEED", 0, UINT_MAX);
}

/* Sorts by random keys, a bit at a time: no memory is needed, which could be short. */
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
