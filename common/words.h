/*
 * A command line taken apart as a shell would: Python's shlex.split(text), in POSIX mode and
 * without comments.
 */
#pragma once

#include <stddef.h>

struct words {
    char **word; /* count strings, then NULL */
    size_t count;
};

/* Splits text at white space (space, tab, CR, LF). 'single' quotes keep all, "double" quotes keep
 * all but \" and \\, a backslash outside quotes keeps the next character; "" is an empty word.
 * Returns 0, and words to be freed with words_free; UV_EINVAL for an unclosed quote or a last
 * backslash with nothing after it (shlex raises ValueError), UV_ENOMEM. After an error, *words is
 * empty. */
int words_split(struct words *words, const char *text);

/* Frees what words_split made and leaves it empty; an empty one is left as it is. */
void words_free(struct words *words);
