/*
 * The server's log on standard output, one line for each event. Logging never blocks: while the
 * output takes nothing, because nobody reads the pipe or the terminal is stopped, lines are lost,
 * and the next line that is written reports their number.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>

/* All zero is a new log. */
struct log {
    unsigned long long lost;       /* lines, since the start */
    unsigned long long unreported; /* lines lost since the last one that was written */
    int output;                    /* descriptor; 0: not opened yet */
    bool is_torn;                  /* only the beginning of the last line was written */
    char line[PIPE_BUF];           /* that is being written; not on the stack of a client's task,
                                      which would be a page larger for ever */
};

/* Writes a printf-style line. Disallowed code points are made visible (text.h), and a line of more
 * than about 4,000 bytes is truncated. Flush stdout before, if you print to it as well. */
void log_printf(struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Closes the log's output. The log can then be used again. */
void log_close(struct log *log);
