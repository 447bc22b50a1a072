/*
 * Text from strangers, made safe to show: in a terminal or a log, a control character could move
 * the cursor or forge a line, and others change the direction of writing or are not seen at all.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns a copy of the valid UTF-8, which may contain NULs. In it the characters that are not
 * allowed are written as \u{1B}. The caller frees it; NULL: out of memory. */
char *visible_text(const char *text, size_t size);

/* Whether the character is seen, and seen in its place. */
bool visible_is_allowed(uint32_t character);

/* Returns the first character of the valid UTF-8 at *text, and moves *text to the next one. */
uint32_t visible_next_character(const char **text);
