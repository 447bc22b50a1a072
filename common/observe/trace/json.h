/*
 * Writes JSON. Async-signal-safe: it calls nothing but write(2). For write.c and events.c.
 */
#pragma once

#include "common/observe/trace/ring.h"

/* Raw text; a JSON string; a number; and 12345 as "12.345". */
void json_text(struct trace_output *output, const char *text);
void json_string(struct trace_output *output, const char *text);
void json_number(struct trace_output *output, uint64_t number);
void json_thousandths(struct trace_output *output, uint64_t number);

/* Writes the rest of the output and closes the file. Returns 0 or the first errno. */
int json_close(struct trace_output *output);
