/* The functions that the test calls. */
#pragma once

#include "common/task.h"

/* Writes the question to the terminal and waits for the answer, a key that comes at once and
 * unseen. answer is set to the key, or to an error, by whoever reads the keyboard. Returns the key,
 * or an error: the answer's, the terminal's, UV_ECANCELED or UV_ETIMEDOUT. In each case the
 * terminal's modes are what they were. */
int ask(int terminal, const char *question, struct future *answer);
