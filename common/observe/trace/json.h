/*
 * JSON written with nothing but write(2), so in a signal handler too. For trace/write.c.
 */
#pragma once

#include "common/observe/trace/ring.h"

/* Text as it is; as a JSON string; a number; thousandths of it, "12.345". */
void json_text(struct trace_output *output, const char *text);
void json_string(struct trace_output *output, const char *text);
void json_number(struct trace_output *output, uint64_t number);
void json_thousandths(struct trace_output *output, uint64_t number);

/* Writes what waits, and closes the file. Returns 0 or the first error's errno. */
int json_close(struct trace_output *output);
