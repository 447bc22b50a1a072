/*
 * The beginning and the end of every program: its options, the user's locale, output line by line,
 * and the exit status (argparse, sys.exit).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

enum option_kind {
    OPTION_FLAG,    /* bool: given or not */
    OPTION_TEXT,    /* const char * */
    OPTION_COUNT,   /* long, from minimum to maximum */
    OPTION_PORT,    /* const char *: a number from minimum to maximum */
    OPTION_SECONDS, /* double, from minimum to maximum */
};

/* An option --name. *value holds the default until the option is given. --help shows the default,
 * unless it is a number outside the range, which means "not given". */
struct program_option {
    const char *name;
    enum option_kind kind;
    void *value;             /* a variable of the kind's type */
    const char *placeholder; /* "N" in --times N; ASCII */
    const char *help[2];     /* in Portuguese, in English */
    double minimum, maximum;
};

/* Reads the options, sets the locale, and makes stdout flush after each line. The table of options
 * ends with one whose name is NULL. purpose is what --help prints first, in Portuguese and in
 * English. Seconds may be written 0.5 or 0,5 in every locale. After --help, ends the program with
 * status 0. After an unknown option, a bad value or an extra argument, reports it on stderr and
 * ends the program with status 2. */
void program_start(
    int argc, char **argv, const char *const purpose[2], const struct program_option *options);

/* Returns the program's exit status for an error: 0 for success, and for UV_ECANCELED if a signal
 * or loop_stop ended task_run, because the user ended the program. If the program has succeeded but
 * its output could not be written, as on a full disk, reports that and returns 1. For another
 * error, first prints "program: what: error" on stderr. what is printf-style and names what failed,
 * in the user's language. If the error is UV_EADDRINUSE and the program has an option of the kind
 * OPTION_PORT, the line recommends that option. */
int program_end(int error, const char *what, ...) __attribute__((format(printf, 2, 3)));

__END_DECLS
