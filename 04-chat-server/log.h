/*
 * The server's log on standard output, one line for each event. Logging never blocks: while the
 * output takes nothing, because nobody reads the pipe or the terminal is stopped, lines are lost,
 * and the next line that is written reports their number. The lines of an iteration of the loop are
 * written together at its end, because a system call for each would cost a client that comes and
 * leaves more than the lines themselves.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/loop.h"

/* All zero is a new log. */
struct log {
    uv_loop_t *loop;               /* NULL: each line is written at once */
    unsigned long long lost;       /* lines, since the start */
    unsigned long long unreported; /* lines lost since the last one that was written */
    int output;                    /* descriptor; 0: not opened yet */
    bool is_torn;                  /* only the beginning of the last line was written */
    struct loop_callback end_of_iteration;
    size_t count;         /* of the lines that are to be written: */
    size_t size;          /* bytes */
    char lines[PIPE_BUF]; /* on the stack of a client's task, this would use a page more until the
                             task ends */
};

/* Writes a printf-style line. Disallowed code points are made visible (text.h), and a line of more
 * than about 4,000 bytes is truncated. Flush stdout before, if you print to it as well. */
void log_printf(struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes the pending lines and closes the log's output. The log can then be used again. */
void log_close(struct log *log);
