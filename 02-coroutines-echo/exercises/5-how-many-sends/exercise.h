/* The functions that the test calls. */
#pragma once

#include "common/stream.h"

/* Writes "1\n" to "100\n". Between two turns of the other tasks at most 20 lines are written.
 * Returns 0 or an error. */
int answer(struct stream *stream);

/* How many calls of send() it took, as measured. */
int sends(void);
