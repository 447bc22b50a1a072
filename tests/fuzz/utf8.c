/* bytes_to_text against the Unicode Standard's rule for ill-formed parts, reckoned with numbers of
 * characters where common/text/bytes.c compares bytes. */
#include <stdbool.h>

#include "common/bytes.h"
#include "fuzz.h"

/* How many bytes the character takes that such a byte begins, as its bits say. */
static size_t size_of_first(uint8_t byte)
{
    return byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 0;
}

/* Whether some character's UTF-8 begins with these size bytes. Bytes still to come can be anything
 * from all zeros to all ones, so the character is one of a range. */
static bool begins_a_character(const uint8_t *bytes, size_t size)
{
    static const uint32_t least_of_size[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t whole = size_of_first(bytes[0]);
    if (whole < size || bytes[0] >= 0xF8)
        return false;
    if (whole == 1)
        return true;
    uint32_t first = bytes[0] & (0x7Fu >> whole);
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return false;
        first = first << 6 | (bytes[i] & 0x3F);
    }
    uint32_t unknown = 6 * (uint32_t)(whole - size);
    first <<= unknown;
    uint32_t last = first | ((1u << unknown) - 1);
    if (first < least_of_size[whole])
        first = least_of_size[whole];
    if (last > 0x10FFFF)
        last = 0x10FFFF;
    if (first >= 0xD800 && first <= 0xDFFF) /* the surrogates are no characters */
        first = 0xE000;
    return first <= last;
}

/* Writes the repaired text and returns its size. */
static size_t repair(const uint8_t *bytes, size_t size, char *text)
{
    char *end = text;
    while (size > 0) {
        size_t part = 1;
        bool ill_formed = !begins_a_character(bytes, 1);
        while (!ill_formed && part < size && begins_a_character(bytes, part + 1))
            part++;
        ill_formed = ill_formed || part < size_of_first(bytes[0]);
        end = mempcpy(end, ill_formed ? (const void *)"\uFFFD" : bytes, ill_formed ? 3 : part);
        bytes += part;
        size -= part;
    }
    return (size_t)(end - text);
}

int fuzz_utf8(const uint8_t *data, size_t size)
{
    size_t length, again_length;
    char *text = bytes_to_text(data, size, &length);
    EXPECT(text && text[length] == '\0');
    EXPECT(length >= size && length <= 3 * size);

    char *expected = malloc(3 * size + 1);
    EXPECT(expected);
    EXPECT(repair(data, size, expected) == length && memcmp(text, expected, length) == 0);

    char *again = bytes_to_text(text, length, &again_length);
    EXPECT(again_length == length && memcmp(again, text, length) == 0);
    free(again);
    free(expected);
    free(text);
    return 0;
}
