/* The functions that the test calls. */
#pragma once

#include "common/task.h"

/* Writes the question to the terminal and waits for the answer, a key that arrives at once and is
 * not shown. The task that reads the keyboard sets answer to the key or to an error. Returns the
 * key, or an error: the answer's, the terminal's, UV_ECANCELED or UV_ETIMEDOUT. In each case the
 * terminal's modes are the same as before. */
int ask(int terminal, const char *question, struct future *answer);
