/* Shared by the exercise and its test. */
#pragma once

#include "common/task.h"

#define LINE_SIZE 12 /* eleven characters and a NUL */

/* Part of the test: returns the next character that is typed, and blocks until then. */
char device_read(void);

/* Waits until eleven characters have been typed, and stores them in line. Returns 0, or UV_ENOMEM,
 * UV_ECANCELED or UV_ETIMEDOUT. line does not change before the call returns; after an error, it
 * does not change at all. */
int read_line(char line[LINE_SIZE]);
