/*
 * What the server says of its doings, on the standard output: a line each time, and never waiting
 * for who reads it. Where that is a pipe that nobody empties, or a terminal that was told to stop,
 * lines are left out; the next one that can be said tells how many.
 */
#pragma once

#include <stdarg.h>

/* All zero is one that has said nothing. */
struct log {
    unsigned long long lost;   /* lines, since the start */
    unsigned long long untold; /* of them, since the last that was said */
    int output;                /* descriptor; 0: not looked for yet */
};

/* Says a line, as vprintf makes it: control characters made visible, cut after about 4,000 bytes.
 * What else the program prints has to be flushed before. */
void log_say(struct log *log, const char *format, va_list arguments);

/* Leaves one that has said nothing. */
void log_close(struct log *log);
