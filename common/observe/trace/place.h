/*
 * The line of the program in which a task waits, and the names of functions. Asks addr2line.
 */
#pragma once

#include "common/coroutine.h"

#define MAX_PLACES 16
#define PLACE_CALLS 8
#define PLACE_SIZE 128 /* of the text */

/* A cache, since many tasks wait at the same place. All zero is an empty one. */
struct places {
    struct {
        void *calls[PLACE_CALLS];
        char text[PLACE_SIZE];
    } known[MAX_PLACES];
    size_t count;
};

/* Writes "manage (echo-server.c:72)" for the first of these return addresses that is not in the
 * library; "" if there is none, or if addr2line is not installed. */
void place_look_up(char *text, size_t size, void *const calls[], size_t count);

/* The same for a suspended coroutine. The text is valid until the next call. */
const char *place_of(struct places *places, const struct coroutine *coroutine);

/* The names of functions, "" for a function not found. One run of addr2line finds all. */
#define PLACE_FUNCTION 64
#define MAX_PLACE_FUNCTIONS 64
void place_functions(char names[][PLACE_FUNCTION], void *const functions[], size_t count);
