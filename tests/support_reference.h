/*
 * What a module answers is compared with what the system's Python answers to the same thousands of
 * cases, handed over in one batch.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

struct reference {
    const char *what;   /* the function of tests/reference.py */
    FILE *cases, *ours; /* one case a line, what the module answers to it */
    char *(*answer)(const char *data, size_t size); /* to be freed, as reference.py would say it */
};

/* Opens a comparison. The test fails where it cannot. */
void reference_open(
    struct reference *reference, const char *what, char *(*answer)(const char *data, size_t size));

/* Adds a case. data has a NUL behind its end. */
void reference_add(struct reference *reference, const char *data, size_t size);

/* Adds every sequence of one to most of the given parts. */
void reference_add_all(
    struct reference *reference, const char *const parts[], size_t count, size_t most);

/* Adds cases of that many parts at the most, picked by chance: the same in every run. */
void reference_add_random(struct reference *reference, const char *const parts[], size_t count,
    size_t most, size_t cases);

/* Asks Python and fails the test at the first difference, naming it. Returns how many cases were
 * compared. */
size_t reference_compare(struct reference *reference);
