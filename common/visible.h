/*
 * Text from strangers, made safe to show: in a terminal or a log, a control character could move
 * the cursor or forge a line, and other characters are invisible or change the direction of
 * writing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

/* Returns a copy of the text, which has to be valid UTF-8 and may contain NULs. Characters that are
 * not allowed are written as \u{1B}. The caller frees the copy; NULL: out of memory. */
char *visible_text(const char *text, size_t size);

/* Whether the character is visible, and leaves the characters around it in their places. */
bool visible_is_allowed(uint32_t character);

/* Returns the first character of the valid UTF-8 at *text, and moves *text to the next one. */
uint32_t visible_next_character(const char **text);

__END_DECLS
