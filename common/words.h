/*
 * Splits a command line into words as a shell does: Python's shlex.split(text), which means POSIX
 * mode without comments.
 */
#pragma once

#include <stddef.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

struct words {
    char **word; /* count strings, then NULL */
    size_t count;
};

/* Splits text at white space (space, tab, CR, LF). Within 'single' quotes every character stands
 * for itself; within "double" quotes only \" and \\ are special; outside quotes a backslash makes
 * the next character ordinary; "" is an empty word. Returns 0, and the caller frees the words with
 * words_free; or UV_ENOMEM; or UV_EINVAL for an unclosed quote or a backslash at the end, where
 * shlex raises ValueError. After an error *words is empty. */
int words_split(struct words *words, const char *text);

/* Splits off the first word only. The second one, if there is more, is the rest of the text as it
 * was typed, without the white space around it: quotes and backslashes in it mean nothing. Returns
 * what words_split does. */
int words_split_first(struct words *words, const char *text);

/* Frees the words and makes *words empty. Does nothing if it is empty. */
void words_free(struct words *words);

__END_DECLS
