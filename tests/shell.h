/* Commands of the shell, for suites that run scripts; they link tests/shell.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The command make. It does not inherit the options of the make that runs the tests, nor the
 * variables that choose suites, chapters, steps and exercises, which make exports. */
#define MAKE                                                                                       \
    "env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u SUITE -u CHAPTER -u N -u HINT -u SOLUTION make "

/*
 * Runs the command, and returns its status, or 128 + the signal that ended it. Stores the beginning
 * of its output in the buffer of that size, as a string. Fails the test if the command cannot be
 * started.
 */
int shell_run(const char *command, char *output, size_t size);

/* Whether there is a Firefox for the tests of the pages. If not, prints that a test is left out. */
bool shell_has_firefox(void);
