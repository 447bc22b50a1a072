#include "common/words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define WHITE_SPACE " \t\r\n"

/* Copies the text between the quote at *from and the next quote of that kind. Moves both pointers
 * after what was read and written. */
static int copy_quoted(const char **from, char **to)
{
    char quote = *(*from)++;
    while (**from != quote) {
        if (!**from)
            return UV_EINVAL;
        const char *next = *from + 1;
        if (quote == '"' && **from == '\\' && (*next == '"' || *next == '\\'))
            *from = next;
        *(*to)++ = *(*from)++;
    }
    ++*from;
    return 0;
}

/* Copies one word, including its quoted parts, and a NUL. */
static int copy_word(const char **from, char **to)
{
    while (**from && !strchr(WHITE_SPACE, **from)) {
        if (**from == '"' || **from == '\'') {
            int error = copy_quoted(from, to);
            if (error)
                return error;
            continue;
        }
        if (**from == '\\')
            ++*from;
        if (!**from)
            return UV_EINVAL;
        *(*to)++ = *(*from)++;
    }
    *(*to)++ = '\0';
    return 0;
}

/* Copies the text without the white space at its end. */
static void copy_rest(const char *text, char *to)
{
    size_t size = strlen(text);
    while (size > 0 && strchr(WHITE_SPACE, text[size - 1]))
        size--;
    memcpy(to, text, size);
    to[size] = '\0';
}

static int split(struct words *words, const char *text, bool keeps_rest)
{
    *words = (struct words){0};
    /* One block of memory holds the pointers, then the characters. Each word takes at least one
     * byte of the text, and white space separates them, so neither part can overflow. */
    size_t length = strlen(text);
    size_t max_count = length / 2 + 1;
    char **word = malloc((max_count + 1) * sizeof(*word) + length + 1);
    if (!word)
        return UV_ENOMEM;

    char *end = (char *)(word + max_count + 1);
    size_t count = 0;
    for (text += strspn(text, WHITE_SPACE); *text; text += strspn(text, WHITE_SPACE)) {
        word[count++] = end;
        if (keeps_rest && count == 2) {
            copy_rest(text, end);
            break;
        }
        int error = copy_word(&text, &end);
        if (error) {
            free(word);
            return error;
        }
    }
    word[count] = NULL;
    *words = (struct words){.word = word, .count = count};
    return 0;
}

int words_split(struct words *words, const char *text)
{
    return split(words, text, false);
}

int words_split_first(struct words *words, const char *text)
{
    return split(words, text, true);
}

void words_free(struct words *words)
{
    free(words->word);
    *words = (struct words){0};
}
