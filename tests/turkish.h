/*
 * The Turkish locale, in which I is not the capital of i, made in files of the running test.
 */
#pragma once

#include <stdbool.h>

struct turkish {
    char directory[64];
    char variables[2][128];
    const char *environment[3]; /* for child_start */
};

/* Returns false, and says so, on a system without the sources of its locales. */
bool turkish_make(struct turkish *made);
