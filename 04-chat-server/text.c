#include "04-chat-server/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *text_skip_space(const char *text)
{
    return text + strspn(text, " \t\n\v\f\r");
}

int text_compare(const void *one, const void *other)
{
    return strcmp(one, other);
}

/* The character that *text begins with; moves *text behind it. The text is valid UTF-8. */
static uint32_t next_character(const char **text)
{
    const unsigned char *byte = (const unsigned char *)*text;
    size_t length = byte[0] < 0x80 ? 1 : byte[0] < 0xE0 ? 2 : byte[0] < 0xF0 ? 3 : 4;
    uint32_t character = length == 1 ? byte[0] : byte[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++)
        character = character << 6 | (byte[i] & 0x3F);
    *text += length;
    return character;
}

/* What could forge a line of the log, or make a text read otherwise than it is written. */
static const struct text_range deceiving[] = {
    {0x00, 0x1F},        /* control characters */
    {0x7F, 0x9F},        /* more of them */
    {0xAD, 0xAD},        /* soft hyphen */
    {0x34F, 0x34F},      /* grapheme joiner */
    {0x61C, 0x61C},      /* Arabic letter mark */
    {0x115F, 0x1160},    /* Hangul fillers */
    {0x70F, 0x70F},      /* Syriac abbreviation */
    {0x17B4, 0x17B5},    /* Khmer vowels that are not seen */
    {0x180B, 0x180F},    /* Mongolian selectors and vowel separator */
    {0x200B, 0x200F},    /* of no width; left-to-right and right-to-left mark */
    {0x2028, 0x202E},    /* line and paragraph separator, embeddings and overrides */
    {0x2060, 0x206F},    /* word joiner, invisible operators, isolates */
    {0x2800, 0x2800},    /* braille without dots */
    {0x3164, 0x3164},    /* Hangul filler */
    {0xE000, 0xF8FF},    /* private: what each likes to see */
    {0xFDD0, 0xFDEF},    /* no characters */
    {0xFE00, 0xFE0F},    /* variation selectors */
    {0xFEFF, 0xFEFF},    /* byte order mark */
    {0xFFA0, 0xFFA0},    /* Hangul filler of half width */
    {0xFFF0, 0xFFFC},    /* unassigned, annotations, an object's place */
    {0xFFFE, 0xFFFF},    /* no characters */
    {0x13430, 0x1345F},  /* format controls of hieroglyphs */
    {0x1BCA0, 0x1BCA3},  /* format controls of shorthand */
    {0x1D159, 0x1D159},  /* a musical note without a head */
    {0x1D173, 0x1D17A},  /* format controls of music */
    {0xE0000, 0xE0FFF},  /* tags, more variation selectors */
    {0xF0000, 0x10FFFF}, /* private */
};

#define MOST_MARKS 3 /* on one letter: a point, a vowel, a tone */

/* Marks that stand on the letter before them, where there are letters with them in one piece, or
 * where they are for no script: "e" and one is to the eye the letter "é". */
static const struct text_range marks[] = {{0x300, 0x36F}, {0x483, 0x489}, {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE20, 0xFE2F}, {0x653, 0x655}, {0x2DE0, 0x2DFF},
    {0x302A, 0x302F}, {0x3099, 0x309A}, {0xA66F, 0xA67D}, {0xA69E, 0xA69F}, {0x1D165, 0x1D1AD},
    {0x1E000, 0x1E02A}};

static bool is_in(const struct text_range *ranges, size_t count, uint32_t character)
{
    for (size_t i = 0; i < count; i++)
        if (character >= ranges[i].first && character <= ranges[i].last)
            return true;
    return false;
}

static bool is_deceiving(uint32_t character)
{
    return is_in(deceiving, sizeof(deceiving) / sizeof(*deceiving), character);
}

static bool is_loose_mark(uint32_t character)
{
    return is_in(marks, sizeof(marks) / sizeof(*marks), character);
}

/* On a letter of another script it would hardly be seen, nor a second one that is the same; and
 * many of them cover the lines above. Scripts are 256 characters here, or half as many. */
static bool may_stand(uint32_t mark, uint32_t before, size_t marks_before)
{
    return mark >> 8 == before >> 8 && mark != before && marks_before < MOST_MARKS;
}

static bool is_space(uint32_t character)
{
    return character == ' ' || character == 0xA0 || character == 0x1680 ||
           (character >= 0x2000 && character <= 0x200A) || character == 0x202F ||
           character == 0x205F || character == 0x3000;
}

bool text_is_name(const char *text)
{
    size_t count = 0, in_row = 0;
    uint32_t before = ' ';
    bool after_space = true; /* so none can be the first, nor the last */
    while (*text) {
        uint32_t character = next_character(&text);
        bool space = is_space(character), stands_on = text_is_mark(character);
        if (is_deceiving(character) || is_loose_mark(character) || ++count > NAME_CHARACTERS)
            return false;
        if (space && (character != ' ' || after_space))
            return false;
        if (stands_on && !may_stand(character, before, in_row))
            return false;
        in_row = stands_on ? in_row + 1 : 0;
        before = character;
        after_space = space;
    }
    return !after_space;
}

/* The small letter, in the scripts of Europe. */
static uint32_t fold(uint32_t character)
{
    if ((character >= 'A' && character <= 'Z') ||
        (character >= 0xC0 && character <= 0xDE && character != 0xD7) ||
        (character >= 0x391 && character <= 0x3A9) || (character >= 0x410 && character <= 0x42F))
        return character + 32;
    if (character >= 0x400 && character <= 0x40F)
        return character + 80;
    if ((character >= 0x139 && character <= 0x148) || (character >= 0x179 && character <= 0x17E))
        return character + character % 2;
    if (character >= 0x100 && character <= 0x177)
        return character | 1;
    return character;
}

int text_compare_names(const void *one, const void *other)
{
    const char *left = one, *right = other;
    while (*left && *right) {
        uint32_t a = fold(next_character(&left)), b = fold(next_character(&right));
        if (a != b)
            return a < b ? -1 : 1;
    }
    return !*right - !*left;
}

char *text_make_visible(const char *text)
{
    /* At worst each byte becomes "\u{1F}". */
    size_t capacity = strlen(text) * strlen("\\u{1F}") + 1;
    char *visible = malloc(capacity), *end = visible;
    if (!visible)
        return NULL;
    while (*text) {
        const char *start = text;
        uint32_t character = next_character(&text);
        if (is_deceiving(character)) {
            end += snprintf(end, capacity - (size_t)(end - visible), "\\u{%X}", character);
        } else {
            memcpy(end, start, (size_t)(text - start));
            end += text - start;
        }
    }
    *end = '\0';
    return visible;
}
