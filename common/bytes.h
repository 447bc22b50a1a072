/*
 * Bytes made visible, and bytes made text: what the articles' common.py does with byteToHex,
 * strPrintable and byteToStr.
 *
 * Every function returns a new string, NUL-terminated, that the caller frees, or NULL when memory
 * is short.
 */
#pragma once

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
