/*
 * What every program begins with: the user's locale, output by line, and its options.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum option_kind {
    OPTION_FLAG,    /* bool: given or not */
    OPTION_TEXT,    /* const char * */
    OPTION_COUNT,   /* long, from minimum to maximum */
    OPTION_PORT,    /* const char *: a number from minimum to maximum */
    OPTION_SECONDS, /* double, from minimum to maximum */
};

/* An option --name. The value's variable holds the default until the option is given; a number
 * outside its range says "not given", and --help does not show it. */
struct program_option {
    const char *name;
    enum option_kind kind;
    void *value;
    const char *placeholder; /* "N" in --times N; ASCII */
    const char *help[2];     /* in Portuguese, in English */
    double minimum, maximum;
};

/* Makes the output flush by line, reads the options, and sets the locale; the table ends with a
 * nameless one. Seconds may be written 0.5 or 0,5 in every locale. purpose: in Portuguese, in
 * English. After --help, ends the program with status 0; after an unknown option, a bad value or a
 * word too many, says which it is and ends it with status 2. */
void program_start(
    int argc, char **argv, const char *const purpose[2], const struct program_option *options);

/* The program's exit status for the error (0: success; UV_ECANCELED too: the user ended it), once
 * "program: what: error" has been said on stderr. what, as printf makes it, names what failed, in
 * the user's language. */
int program_end(int error, const char *what, ...) __attribute__((format(printf, 2, 3)));
