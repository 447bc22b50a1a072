/* words_split against shlex.split, written as the machine of states that it is in Python. */
#include "common/words.h"

#include <stdbool.h>
#include <uv.h>

#include "fuzz.h"

/* shlex.read_token with posix and whitespace_split. Writes the words, a NUL behind each; the states
 * are Python's. Returns false where Python raises ValueError. */
static bool split(const char *text, char *end, size_t *count)
{
    char state = ' ', escaped = ' ';
    for (; *text; text++) {
        if (state == '\\') {
            if (escaped == '"' && *text != '"' && *text != '\\')
                *end++ = '\\';
            *end++ = *text;
            state = escaped;
        } else if (state == '"' && *text == '\\') {
            escaped = '"';
            state = '\\';
        } else if (state == '"' || state == '\'') {
            if (*text == state)
                state = 'a';
            else
                *end++ = *text;
        } else if (strchr(" \t\r\n", *text)) {
            if (state == 'a')
                *end++ = '\0';
            state = ' ';
        } else {
            *count += state == ' ';
            escaped = 'a';
            state = strchr("\\\"'", *text) ? *text : 'a';
            if (state == 'a')
                *end++ = *text;
        }
    }
    *end = '\0';
    return state == ' ' || state == 'a';
}

int fuzz_words(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(data, size);
    struct words words = {.count = 7};
    int error = words_split(&words, text);

    char *expected = malloc(strlen(text) + 1);
    size_t count = 0;
    EXPECT(expected);
    bool valid = split(text, expected, &count);
    EXPECT(error == (valid ? 0 : UV_EINVAL));
    EXPECT(words.count == (valid ? count : 0));
    EXPECT(valid ? !words.word[count] : !words.word);
    const char *next = expected;
    for (size_t i = 0; i < words.count; i++) {
        EXPECT(strcmp(words.word[i], next) == 0);
        next += strlen(next) + 1;
    }
    words_free(&words);
    EXPECT(!words.word && words.count == 0);

    error = words_split_first(&words, text);
    EXPECT(!valid || (error == 0 && words.count == (count < 2 ? count : 2)));
    EXPECT(!valid || count == 0 || strcmp(words.word[0], expected) == 0);
    EXPECT(words.count < 2 || strstr(text, words.word[1]));
    words_free(&words);
    free(expected);
    free(text);
    return 0;
}
