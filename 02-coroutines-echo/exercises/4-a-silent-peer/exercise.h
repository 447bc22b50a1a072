/* The functions that the test calls. */
#pragma once

#include "common/stream.h"

/* Sends each line back until the peer closes the connection. If the peer sends no whole line for
 * that many seconds, writes "Too quiet\n" and returns. Returns 0 in both cases, or an error. */
int echo(struct stream *stream, double seconds);
