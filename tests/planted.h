/*
 * Mistakes inside tasks, for the sanitizers and Valgrind to find.
 */
#pragma once

#include <stdbool.h>

/* Runs tasks that make the mistake of that name or, if mistaken is false, run the same lines
 * without it. Prints "planted at planted.c:LINE" on stderr before each line that a report has to
 * name. Returns an exit status. */
int run_planted(const char *name, bool mistaken);
