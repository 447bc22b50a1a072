/*
 * Text that comes from people: what may stand in a name or on the log, and what may not.
 */
#pragma once

#include <stdbool.h>

#define NAME_CHARACTERS 32

/* The text after the white space that it begins with. */
const char *text_skip_space(const char *text);

/* Whether the UTF-8 text may be a name: 1 to 32 characters, not all blank, and none that is a
 * control character, breaks a line, cannot be seen, or changes the direction of writing. */
bool text_is_name(const char *text);

/* A copy, to be freed, in which such characters stand as \u{202E}; NULL when memory is short. */
char *text_make_visible(const char *text);
