/*
 * Mistakes inside tasks, for the sanitizers and Valgrind to find.
 */
#pragma once

#include <stdbool.h>

/* Runs tasks that make the mistake of that name, or, unless mistaken, run the same lines without
 * it. Says on stderr "planted at planted.c:LINE" before each line that a report has to name.
 * Returns an exit status. */
int run_planted(const char *name, bool mistaken);
