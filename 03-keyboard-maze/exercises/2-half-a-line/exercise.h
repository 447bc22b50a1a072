/* Shared by the exercise and its test. */
#pragma once

#include "common/task.h"

#define LINE_SIZE 8 /* seven characters and a NUL */

/* The test's: the next character that is typed. Blocks until somebody types it. */
char device_read(void);

/* Waits until seven characters have been typed and stores them in line. Returns 0, or UV_ENOMEM,
 * UV_ECANCELED or UV_ETIMEDOUT: then line is as it was, and stays so. Until the call returns, line
 * holds what it held before. */
int read_line(char line[LINE_SIZE]);
