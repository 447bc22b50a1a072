/*
 * Compares the results of a module with those of the system's Python, for thousands of cases in one
 * batch.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

struct reference {
    const char *what;   /* the function of tests/reference.py */
    FILE *cases, *ours; /* one case a line; the module's results */
    char *(*answer)(
        const char *data, size_t size); /* in reference.py's format; the caller frees it */
};

/* Opens a comparison. Fails the test if it cannot. */
void reference_open(
    struct reference *reference, const char *what, char *(*answer)(const char *data, size_t size));

/* Adds a case. data has a NUL after its end. */
void reference_add(struct reference *reference, const char *data, size_t size);

/* Adds every sequence of the given parts with a length from one to most. */
void reference_add_all(
    struct reference *reference, const char *const parts[], size_t count, size_t most);

/* Adds random cases of at most that many parts. They are the same in every run. */
void reference_add_random(struct reference *reference, const char *const parts[], size_t count,
    size_t most, size_t cases);

/* Runs Python, and fails the test with the first difference. Returns the number of cases. */
size_t reference_compare(struct reference *reference);
