#include "04-chat-server/text.h"

#include <stdlib.h>
#include <string.h>

#include "04-chat-server/text_marks.h"
#include "common/visible.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

int text_compare(const void *one, const void *other)
{
    return strcmp(one, other);
}

/* Marks that are disallowed on every letter, so that a name is written in one way only: "e" and a
 * combining accent look like the letter "é". The other marks belong to no script. */
static const struct text_range disallowed_marks[] = {{0x300, 0x36F}, {0x483, 0x489},
    {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE20, 0xFE2F}, {0x653, 0x655},
    {0x2DE0, 0x2DFF}, {0x302A, 0x302F}, {0x3099, 0x309A}, {0xA66F, 0xA67D}, {0xA69E, 0xA69F},
    {0x1D165, 0x1D1AD}, {0x1E000, 0x1E02A}};

#define MAX_MARKS 3 /* on one letter: a point, a vowel, a tone */

static bool is_in(const struct text_range *ranges, size_t count, uint32_t character)
{
    for (size_t i = 0; i < count; i++)
        if (character >= ranges[i].first && character <= ranges[i].last)
            return true;
    return false;
}

static bool is_disallowed_mark(uint32_t character)
{
    return is_in(disallowed_marks, COUNT(disallowed_marks), character);
}

static int compare_with_range(const void *wanted, const void *entry)
{
    uint32_t character = *(const uint32_t *)wanted;
    const struct text_range *range = entry;
    return character < range->first ? -1 : character > range->last;
}

static bool is_mark(uint32_t character)
{
    return bsearch(
        &character, text_marks, COUNT(text_marks), sizeof(*text_marks), compare_with_range);
}

/* Whether two letters of Hangul are written as one syllable in Unicode's form C. */
static bool is_syllable(uint32_t previous, uint32_t character)
{
    bool is_open = previous >= 0xAC00 && previous <= 0xD7A3 && (previous - 0xAC00) % 28 == 0;
    return (is_open && character >= 0x11A8 && character <= 0x11C2) ||
           (previous >= 0x1100 && previous <= 0x1112 && character >= 0x1161 && character <= 0x1175);
}

/* Whether the character, alone or with the previous one, has another form in Unicode's form C. */
static bool has_other_form(uint32_t previous, uint32_t character)
{
    if (character < 0x340) /* the common case */
        return false;
    for (size_t i = 0; i < COUNT(text_pairs); i++)
        if (text_pairs[i].first == previous && text_pairs[i].second == character)
            return true;
    return is_syllable(previous, character) ||
           bsearch(&character, text_other_forms, COUNT(text_other_forms), sizeof(*text_other_forms),
               compare_with_range);
}

/* A mark on a letter of another script, or the same mark twice, is hard to see, and many marks
 * cover the lines above. A script is approximated by a block of 256 code points. */
static bool may_follow(uint32_t mark, uint32_t previous, size_t marks_before)
{
    return mark >> 8 == previous >> 8 && mark != previous && marks_before < MAX_MARKS;
}

static bool is_space(uint32_t character)
{
    return character == ' ' || character == 0xA0 || character == 0x1680 ||
           (character >= 0x2000 && character <= 0x200A) || character == 0x202F ||
           character == 0x205F || character == 0x3000;
}

const char *text_skip_space(const char *text)
{
    const char *next = text;
    while (*next) {
        uint32_t character = visible_next_character(&next);
        if (!is_space(character) && !(character >= '\t' && character <= '\r') &&
            character != 0x2028 && character != 0x2029 && character != 0xFEFF)
            break;
        text = next;
    }
    return text;
}

bool text_is_name(const char *text)
{
    size_t count = 0, marks = 0;
    uint32_t previous = ' ';
    bool after_space = true; /* so a space is neither the first character nor the last */
    while (*text) {
        uint32_t character = visible_next_character(&text);
        bool space = is_space(character), mark = is_mark(character);
        if (!visible_is_allowed(character) || is_disallowed_mark(character))
            return false;
        if (++count > MAX_NAME_CHARACTERS)
            return false;
        if (space && (character != ' ' || after_space))
            return false;
        if (mark && !may_follow(character, previous, marks))
            return false;
        if (has_other_form(previous, character))
            return false;
        marks = mark ? marks + 1 : 0;
        previous = character;
        after_space = space;
    }
    return !after_space;
}

static int compare_with_capitals(const void *wanted, const void *entry)
{
    uint32_t character = *(const uint32_t *)wanted;
    const struct text_capitals *range = entry;
    return character < range->first ? -1 : character > range->last;
}

/* Returns the small letter of a capital, and other characters unchanged. ASCII does not need the
 * search, which took a fifth of the time in which a server of a cluster reads a message. */
static uint32_t to_lowercase(uint32_t character)
{
    if (character < 0x80)
        return character >= 'A' && character <= 'Z' ? character - 'A' + 'a' : character;
    const struct text_capitals *range = bsearch(&character, text_capitals, COUNT(text_capitals),
        sizeof(*text_capitals), compare_with_capitals);
    /* GCC 14.2 makes one conditional expression of this read the distance where there is no range.
     */
    if (!range || (character - range->first) % range->step != 0)
        return character;
    return character + (uint32_t)range->distance;
}

static bool begins_with(const char *text, const char *phrase)
{
    while (*text && *phrase)
        if (to_lowercase(visible_next_character(&text)) !=
            to_lowercase(visible_next_character(&phrase)))
            return false;
    return !*phrase;
}

bool text_contains(const char *text, const char *phrase)
{
    while (*text && !begins_with(text, phrase))
        visible_next_character(&text);
    return *text;
}

int text_compare_names(const void *one, const void *other)
{
    const char *left = one, *right = other;
    while (*left && *right) {
        uint32_t a = to_lowercase(visible_next_character(&left)),
                 b = to_lowercase(visible_next_character(&right));
        if (a != b)
            return a < b ? -1 : 1;
    }
    return !*right - !*left;
}

/* Writes the character in UTF-8, and returns its end. */
static char *put_character(char *end, uint32_t character)
{
    int more = character < 0x80 ? 0 : character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    static const unsigned char first[] = {0, 0xC0, 0xE0, 0xF0};
    *end++ = (char)(first[more] | character >> 6 * more);
    while (more-- > 0)
        *end++ = (char)(0x80 | (character >> 6 * more & 0x3F));
    return end;
}

void text_fold_name(const char *name, char folded[4 * MAX_NAME_CHARACTERS + 1])
{
    char *end = folded;
    while (*name && end - folded <= 4 * (MAX_NAME_CHARACTERS - 1))
        end = put_character(end, to_lowercase(visible_next_character(&name)));
    *end = '\0';
}

char *text_make_visible(const char *text)
{
    return visible_text(text, strlen(text));
}
