#include "text.h"

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

struct range {
    uint32_t first, last;
};

/* What could forge a line of the log, or make a text read otherwise than it is written. */
static const struct range deceiving[] = {
    {0x00, 0x1F},       /* control characters */
    {0x7F, 0x9F},       /* more of them */
    {0xAD, 0xAD},       /* soft hyphen */
    {0x61C, 0x61C},     /* Arabic letter mark */
    {0x200B, 0x200F},   /* of no width; left-to-right and right-to-left mark */
    {0x2028, 0x202E},   /* line and paragraph separator, embeddings and overrides */
    {0x2060, 0x206F},   /* word joiner, invisible operators, isolates */
    {0xFEFF, 0xFEFF},   /* byte order mark */
    {0xE0000, 0xE007F}, /* tags */
};

static bool is_deceiving(uint32_t character)
{
    for (size_t i = 0; i < sizeof(deceiving) / sizeof(*deceiving); i++)
        if (character >= deceiving[i].first && character <= deceiving[i].last)
            return true;
    return false;
}

static bool is_space(uint32_t character)
{
    return character == ' ' || character == 0xA0 || character == 0x1680 ||
           (character >= 0x2000 && character <= 0x200A) || character == 0x202F ||
           character == 0x205F || character == 0x3000;
}

bool text_is_name(const char *text)
{
    size_t count = 0;
    bool blank = true;
    while (*text) {
        uint32_t character = next_character(&text);
        if (is_deceiving(character) || ++count > NAME_CHARACTERS)
            return false;
        blank = blank && is_space(character);
    }
    return !blank;
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
