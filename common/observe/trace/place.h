/*
 * From which line of the program a task waits. For trace*.c and debug.c.
 */
#pragma once

#include "common/coroutine.h"

#define PLACES 16
#define PLACE_CALLS 8
#define PLACE_SIZE 128 /* of a text */

/* Places that have been looked up: many tasks wait at the same one. All zero is none. */
struct places {
    struct {
        void *calls[PLACE_CALLS];
        char text[PLACE_SIZE];
    } known[PLACES];
    size_t count;
};

/* "manage (echo-server.c:72)": of these return addresses, the first that is not one of the
 * library's own; "" where none can be told. Asks addr2line, if that is installed. */
void place_look_up(char *text, size_t size, void *const calls[], size_t count);

/* The same for the calls of a suspended coroutine. Valid until the next call. */
const char *place_of(struct places *places, const struct coroutine *coroutine);

/* The functions' own names, "" where one cannot be told; asks once for all. */
#define PLACE_FUNCTION 64
#define PLACE_FUNCTIONS 64
void place_functions(char names[][PLACE_FUNCTION], void *const functions[], size_t count);
