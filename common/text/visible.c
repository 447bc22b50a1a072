#include "common/visible.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t visible_next_character(const char **text)
{
    const unsigned char *byte = (const unsigned char *)*text;
    size_t length = byte[0] < 0x80 ? 1 : byte[0] < 0xE0 ? 2 : byte[0] < 0xF0 ? 3 : 4;
    uint32_t character = length == 1 ? byte[0] : byte[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++)
        character = character << 6 | (byte[i] & 0x3F);
    *text += length;
    return character;
}

/* With these code points a text could imitate a line of the log, or look like another text. */
static const struct {
    uint32_t first, last;
} disallowed[] = {
    {0x00, 0x1F},        /* control characters */
    {0x7F, 0x9F},        /* more control characters */
    {0xAD, 0xAD},        /* soft hyphen */
    {0x34F, 0x34F},      /* combining grapheme joiner */
    {0x61C, 0x61C},      /* Arabic letter mark */
    {0x115F, 0x1160},    /* Hangul fillers */
    {0x70F, 0x70F},      /* Syriac abbreviation */
    {0x17B4, 0x17B5},    /* invisible Khmer vowels */
    {0x180B, 0x180F},    /* Mongolian selectors and vowel separator */
    {0x200B, 0x200F},    /* zero width; left-to-right and right-to-left marks */
    {0x2028, 0x202E},    /* line and paragraph separator, embeddings and overrides */
    {0x2060, 0x206F},    /* word joiner, invisible operators, isolates */
    {0x2800, 0x2800},    /* braille pattern blank */
    {0x3164, 0x3164},    /* Hangul filler */
    {0xE000, 0xF8FF},    /* private use */
    {0xFDD0, 0xFDEF},    /* noncharacters */
    {0xFE00, 0xFE0F},    /* variation selectors */
    {0xFEFF, 0xFEFF},    /* byte order mark */
    {0xFFA0, 0xFFA0},    /* halfwidth Hangul filler */
    {0xFFF0, 0xFFFC},    /* unassigned, annotations, object replacement */
    {0xFFFE, 0xFFFF},    /* noncharacters */
    {0x13430, 0x1345F},  /* hieroglyph format controls */
    {0x1BCA0, 0x1BCA3},  /* shorthand format controls */
    {0x1D159, 0x1D159},  /* null notehead */
    {0x1D173, 0x1D17A},  /* musical format controls */
    {0xE0000, 0xE0FFF},  /* tags, more variation selectors */
    {0xF0000, 0x10FFFF}, /* private use */
};

bool visible_is_allowed(uint32_t character)
{
    if (character >= ' ' && character <= '~')
        return true; /* most are, and the table need not be searched */
    for (size_t i = 0; i < sizeof(disallowed) / sizeof(*disallowed); i++)
        if (character >= disallowed[i].first && character <= disallowed[i].last)
            return false;
    return true;
}

char *visible_text(const char *text, size_t size)
{
    /* In the worst case each byte becomes "\u{1F}". */
    size_t capacity = size * strlen("\\u{1F}") + 1;
    char *visible = malloc(capacity), *end = visible;
    if (!visible)
        return NULL;
    for (const char *rest = text; rest < text + size;) {
        const char *start = rest;
        uint32_t character = visible_next_character(&rest);
        if (visible_is_allowed(character)) {
            memcpy(end, start, (size_t)(rest - start));
            end += rest - start;
        } else {
            end += snprintf(end, capacity - (size_t)(end - visible), "\\u{%X}", character);
        }
    }
    *end = '\0';
    return visible;
}
