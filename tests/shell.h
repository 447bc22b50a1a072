/* Commands of the shell, for suites that run scripts; they link tests/shell.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The command make, without the options of a make that runs the tests, and without what chooses
 * suites, chapters, steps and exercises there: make exports the variables of its command line. */
#define MAKE                                                                                       \
    "env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u SUITE -u CHAPTER -u N -u HINT -u SOLUTION make "

/* Runs the command, and returns its status, or 128 + the signal that ended it; output, of that
 * size, gets the beginning of what it wrote, as a string. Fails the test if it cannot be started.
 */
int shell_run(const char *command, char *output, size_t size);

/* Whether there is a Firefox for the tests of the pages. If not, prints that a test is left out. */
bool shell_has_firefox(void);
