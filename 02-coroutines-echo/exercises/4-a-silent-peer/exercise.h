/* The functions that the test calls. */
#pragma once

#include "common/stream.h"

/* Sends each line back, until the peer ends. One that has not sent a whole line for so many seconds
 * is told "Too quiet\n", and not waited for any longer. Returns 0 in both cases, or an error. */
int echo(struct stream *stream, double seconds);
