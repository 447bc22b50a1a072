/*
 * Bytes made visible, and bytes made text: what the articles' common.py does with byteToHex,
 * strPrintable and byteToStr.
 *
 * What returns a string returns a new one, NUL-terminated, that the caller frees, or NULL when
 * memory is short.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* "41 6C C3 B4": each byte in two upper-case hexadecimal digits, a space between two. */
char *bytes_to_hex(const void *data, size_t size);

/* "A  l  .  . ": each byte padded to two columns, a space between two, so that it stands under
 * its hex dump. Bytes 32 to 126 are shown as they are, others as a dot. */
char *bytes_to_printable(const void *data, size_t size);

/* Valid UTF-8, as bytes.decode("utf-8", errors="replace") gives it: one U+FFFD for each maximal
 * ill-formed subpart. *length, unless NULL, receives the size without the final NUL: the data may
 * hold NULs of its own. */
char *bytes_to_text(const void *data, size_t size, size_t *length);

/* The length of the UTF-8 character that the bytes, at least one, begin with; *whole tells whether
 * it is one, or else an ill-formed part of that length. Safe in a signal handler. */
size_t bytes_next_character(const void *data, size_t size, bool *whole);
