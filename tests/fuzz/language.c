/* language_of_header against the grammar of Accept-Language (RFC 9110, 12.5.4), on a header that is
 * cut into pieces, where common/text/language.c reads it from left to right. */
#include "common/language.h"

#include <ctype.h>
#include <stdbool.h>

#include "fuzz.h"

/* Of one language: how much it is wanted, in thousandths, and the number of the entry. */
struct wish {
    int quality, entry;
};

/* The text without the space around it. */
static char *trim(char *text)
{
    text += strspn(text, " \t");
    for (size_t size = strlen(text); size > 0 && strchr(" \t", text[size - 1]); size--)
        text[size - 1] = '\0';
    return text;
}

/* weight = "q=" qvalue. Returns -1 for what is none. */
static int quality_of(const char *weight)
{
    if (strncasecmp(weight, "q=0", 3) != 0 && strncasecmp(weight, "q=1", 3) != 0)
        return -1;
    const char *point = weight + 3, *decimals = weight + 4;
    if (*point && (*point != '.' || strlen(decimals) > 3 ||
                      strspn(decimals, "0123456789") < strlen(decimals)))
        return -1;
    int quality = (int)(1000 * atof(weight + 2) + 0.5);
    return quality <= 1000 ? quality : -1;
}

static bool is_of(const char *range, const char *language)
{
    return strncasecmp(range, language, 2) == 0 && (!range[2] || range[2] == '-');
}

/* Reads an entry into the wish that it is about: Portuguese, English, or any. */
static void read_entry(char *entry, int number, struct wish wishes[3])
{
    const char *range = trim(strsep(&entry, ";"));
    int quality = entry ? quality_of(trim(entry)) : 1000;
    if (quality < 0 || strpbrk(range, " \t"))
        return;
    struct wish *wish = is_of(range, "pt") ? &wishes[0] : is_of(range, "en") ? &wishes[1] : NULL;
    if (strcmp(range, "*") == 0)
        wish = &wishes[2];
    if (wish && (!wish->entry || quality > wish->quality))
        *wish = (struct wish){quality, number};
}

static enum language language_by_grammar(char *header)
{
    struct wish wishes[3] = {0};
    char *entry;
    for (int number = 1; (entry = strsep(&header, ",")); number++)
        read_entry(entry, number, wishes);
    for (int i = 0; i < 2; i++)
        if (!wishes[i].entry)
            wishes[i] = wishes[2];
    int more = wishes[1].quality - wishes[0].quality;
    return more > 0 || (more == 0 && wishes[1].entry < wishes[0].entry) ? ENGLISH : PORTUGUESE;
}

int fuzz_language(const uint8_t *data, size_t size)
{
    char *header = fuzz_string(data, size);
    enum language language = language_of_header(header);

    char *longer;
    EXPECT(asprintf(&longer, "fr, q;q=q ,%s,,;", header) > 0);
    EXPECT(language_of_header(longer) == language);
    free(longer);

    for (char *letter = header; *letter; letter++)
        *letter = (char)toupper((unsigned char)*letter);
    EXPECT(language_of_header(header) == language);
    EXPECT(language_by_grammar(header) == language);
    free(header);
    return 0;
}
