/*
 * From which line of the program a task waits. For trace.c.
 */
#pragma once

#include "common/coroutine.h"

#define PLACES 16
#define PLACE_CALLS 8

/* Places that have been looked up: many tasks wait at the same one. All zero is none. */
struct places {
    struct {
        void *calls[PLACE_CALLS];
        char text[128];
    } known[PLACES];
    size_t count;
};

/* "manage (echo-server.c:72)": the innermost call of the suspended coroutine that is not one of the
 * library's own, or "" where that cannot be told. Valid until the next call. */
const char *place_of(struct places *places, const struct coroutine *coroutine);
