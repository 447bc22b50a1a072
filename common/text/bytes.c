#include "common/bytes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char replacement[] = {'\xEF', '\xBF', '\xBD'}; /* U+FFFD */

/* Allocates three bytes for each of size bytes. The last of them becomes the NUL. */
static char *new_cells(size_t size)
{
    return calloc(size + 1, 3);
}

char *bytes_to_hex(const void *data, size_t size)
{
    static const char digits[] = "0123456789ABCDEF";
    const unsigned char *bytes = data;
    char *hex = new_cells(size);
    if (!hex || size == 0)
        return hex;
    for (size_t i = 0; i < size; i++) {
        hex[3 * i] = digits[bytes[i] >> 4];
        hex[3 * i + 1] = digits[bytes[i] & 0xF];
        hex[3 * i + 2] = ' ';
    }
    hex[3 * size - 1] = '\0';
    return hex;
}

char *bytes_to_printable(const void *data, size_t size)
{
    const unsigned char *bytes = data;
    char *text = new_cells(size);
    if (!text || size == 0)
        return text;
    memset(text, ' ', 3 * size);
    for (size_t i = 0; i < size; i++)
        text[3 * i] = (char)(bytes[i] >= 32 && bytes[i] <= 126 ? bytes[i] : '.');
    text[3 * size - 1] = '\0';
    return text;
}

/* The length of a character by its first byte; 0 if no character begins with it. */
static size_t character_size(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return 2;
    if (first >= 0xE0 && first <= 0xEF)
        return 3;
    if (first >= 0xF0 && first <= 0xF4)
        return 4;
    return 0;
}

/* Whether second may follow first. After some first bytes, parts of the range 80 to BF are
 * ill-formed, because they would give an overlong form, a surrogate or a code point above U+10FFFF.
 */
static bool may_follow(unsigned char first, unsigned char second)
{
    unsigned char minimum = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned char maximum = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    return second >= minimum && second <= maximum;
}

size_t bytes_next_character(const void *data, size_t size, bool *whole)
{
    const unsigned char *bytes = data;
    size_t expected = character_size(bytes[0]);
    size_t length = 1;
    while (length < expected && length < size &&
           may_follow(length == 1 ? bytes[0] : 0x80, bytes[length]))
        length++;
    *whole = length == expected;
    return length;
}

char *bytes_to_text(const void *data, size_t size, size_t *length)
{
    const unsigned char *bytes = data;
    char *text =
        calloc(size + 1, sizeof(replacement)); /* in the worst case each byte is replaced */
    if (!text)
        return NULL;

    size_t end = 0;
    while (size > 0) {
        bool whole;
        size_t part = bytes_next_character(bytes, size, &whole);
        size_t added = whole ? part : sizeof(replacement);
        memcpy(text + end, whole ? (const char *)bytes : replacement, added);
        end += added;
        bytes += part;
        size -= part;
    }
    if (length)
        *length = end;
    return text;
}

bool bytes_are_utf8(const void *data, size_t size)
{
    const char *bytes = data;
    bool whole = true;
    while (size > 0 && whole) {
        size_t length = bytes_next_character(bytes, size, &whole);
        bytes += length;
        size -= length;
    }
    return whole;
}

static int to_lowercase(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? letter + 'a' - 'A' : letter;
}

bool bytes_are_word(const char *bytes, size_t size, const char *word)
{
    if (strlen(word) != size)
        return false;
    for (size_t i = 0; i < size; i++)
        if (to_lowercase(bytes[i]) != to_lowercase(word[i]))
            return false;
    return true;
}
