/*
 * Bytes as text: readable dumps, and UTF-8. They correspond to byteToHex, strPrintable and
 * byteToStr in the articles' common.py.
 *
 * There is also a comparison for a protocol's keywords, which does not depend on the locale.
 *
 * The functions that return a string allocate it, with a NUL at its end, and return NULL when out
 * of memory. The caller frees it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

/* "41 6C C3 B4": each byte as two upper-case hexadecimal digits, with a space between bytes. */
char *bytes_to_hex(const void *data, size_t size);

/* "A  l  .  . ": bytes 32 to 126 as characters, the others as dots. Each takes two columns, with a
 * space between them, so that it lines up with the hex dump. */
char *bytes_to_printable(const void *data, size_t size);

/* The bytes as valid UTF-8 (bytes.decode("utf-8", errors="replace")): one U+FFFD replaces each
 * maximal ill-formed subpart. Stores the size without the final NUL in *length, unless that is
 * NULL: the data itself may contain NULs. */
char *bytes_to_text(const void *data, size_t size, size_t *length);

/* Returns the length of the first UTF-8 character; size is at least 1. If the bytes begin with no
 * character, sets *whole to false and returns the length of their ill-formed part. Safe in a signal
 * handler. */
size_t bytes_next_character(const void *data, size_t size, bool *whole);

/* Whether the bytes are valid UTF-8. */
bool bytes_are_utf8(const void *data, size_t size);

/* Whether the bytes spell this word, ignoring ASCII case. strcasecmp would depend on the locale: in
 * Turkish, I is not the capital of i. */
bool bytes_are_word(const char *bytes, size_t size, const char *word);

__END_DECLS
