/* What people type into the chat: names, and what the log shows of the rest. */
#include "04-chat-server/text.h"

#include <stdbool.h>

#include "common/bytes.h"
#include "fuzz.h"

/* Some of what must never be shown, in UTF-8; control characters come besides. */
static const char *const deceiving[] = {"\x7F", "\xC2\x80", "\xC2\x85", "\xC2\x9F", "\u00AD",
    "\u200B", "\u200E", "\u200F", "\u2028", "\u2029", "\u202A", "\u202E", "\u2066", "\u2069",
    "\uFEFF", "\U000E0001", "\U000E0020"};

static bool is_deceiving(const char *text)
{
    for (const char *byte = text; *byte; byte++)
        if ((unsigned char)*byte < ' ')
            return true;
    for (size_t i = 0; i < sizeof(deceiving) / sizeof(*deceiving); i++)
        if (strstr(text, deceiving[i]))
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
    EXPECT(!is_deceiving(visible));
    EXPECT(!is_deceiving(text) || strcmp(visible, text) != 0);

    char *again = text_make_visible(visible);
    char *repaired = bytes_to_text(visible, strlen(visible), NULL);
    EXPECT(strcmp(again, visible) == 0 && strcmp(repaired, visible) == 0);
    free(repaired);
    free(again);

    size_t count = count_characters(text);
    bool shown_as_it_is = strcmp(visible, text) == 0;
    if (text_is_name(text))
        EXPECT(shown_as_it_is && count >= 1 && count <= NAME_CHARACTERS);
    else if (shown_as_it_is && count <= NAME_CHARACTERS)
        EXPECT(!is_visible_ascii(text)); /* so it is blank, or has odd spaces or marks */
    free(visible);
    free(text);
    free(string);
    return 0;
}
