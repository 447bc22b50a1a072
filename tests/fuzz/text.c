/* Text that users type into the chat: names, and how the log shows messages. */
#include "04-chat-server/text.h"

#include <stdbool.h>

#include "common/bytes.h"
#include "fuzz.h"

/* Some of the disallowed code points; the control characters are tested apart. */
static const char *const disallowed[] = {"\x7F", "\xC2\x80", "\xC2\x85", "\xC2\x9F", "\u00AD",
    "\u200B", "\u200E", "\u200F", "\u2028", "\u2029", "\u202A", "\u202E", "\u2066", "\u2069",
    "\uFEFF", "\U000E0001", "\U000E0020"};

static bool has_disallowed(const char *text)
{
    for (const char *byte = text; *byte; byte++)
        if ((unsigned char)*byte < ' ')
            return true;
    for (size_t i = 0; i < sizeof(disallowed) / sizeof(*disallowed); i++)
        if (strstr(text, disallowed[i]))
            return true;
    return false;
}

static size_t count_characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += (*text & 0xC0) != 0x80;
    return count;
}

static bool is_visible_ascii(const char *text)
{
    size_t size = strlen(text);
    for (; *text; text++)
        if (*text <= ' ' || *text >= 0x7F)
            return false;
    return size > 0;
}

int fuzz_text(const uint8_t *data, size_t size)
{
    char *string = fuzz_string(data, size);
    char *text = bytes_to_text(string, strlen(string), NULL);
    char *visible = text_make_visible(text);
    EXPECT(!has_disallowed(visible));
    EXPECT(!has_disallowed(text) || strcmp(visible, text) != 0);

    char *again = text_make_visible(visible);
    char *repaired = bytes_to_text(visible, strlen(visible), NULL);
    EXPECT(strcmp(again, visible) == 0 && strcmp(repaired, visible) == 0);
    free(repaired);
    free(again);

    size_t count = count_characters(text);
    bool unchanged = strcmp(visible, text) == 0;
    if (text_is_name(text))
        EXPECT(unchanged && count >= 1 && count <= MAX_NAME_CHARACTERS);
    else if (unchanged && count <= MAX_NAME_CHARACTERS)
        EXPECT(!is_visible_ascii(text)); /* it is blank, or has disallowed spaces or marks */
    free(visible);
    free(text);
    free(string);
    return 0;
}
