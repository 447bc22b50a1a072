#include "common/words.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "common/bytes.h"
#include "support.h"
#include "support_reference.h"

START_TEST(words_are_split_at_white_space)
{
    struct words words;
    ck_assert_int_eq(words_split(&words, " /apenas\tAna \r\n oi "), 0);
    ck_assert_uint_eq(words.count, 3);
    ck_assert_str_eq(words.word[0], "/apenas");
    ck_assert_str_eq(words.word[1], "Ana");
    ck_assert_str_eq(words.word[2], "oi");
    ck_assert_ptr_null(words.word[3]);
    words_free(&words);
    ck_assert_uint_eq(words.count, 0);
    ck_assert_ptr_null(words.word);
    words_free(&words);
}
END_TEST

START_TEST(quotes_keep_words_together)
{
    struct words words;
    ck_assert_int_eq(words_split(&words, "/nome \"Ana Maria\" '' d'o'\"r\"\\ x"), 0);
    ck_assert_uint_eq(words.count, 4);
    ck_assert_str_eq(words.word[1], "Ana Maria");
    ck_assert_str_eq(words.word[2], "");
    ck_assert_str_eq(words.word[3], "dor x");
    words_free(&words);
}
END_TEST

START_TEST(nothing_is_no_word)
{
    struct words words;
    ck_assert_int_eq(words_split(&words, " \n"), 0);
    ck_assert_uint_eq(words.count, 0);
    ck_assert_ptr_null(words.word[0]);
    words_free(&words);
}
END_TEST

START_TEST(an_unclosed_quote_is_an_error)
{
    static const char *const texts[] = {"a \"b", "a 'b", "a \\", "\"a\\\"", "'"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct words words = {.count = 7};
        ck_assert_int_eq(words_split(&words, texts[i]), UV_EINVAL);
        ck_assert_uint_eq(words.count, 0);
        ck_assert_ptr_null(words.word);
        words_free(&words);
    }
}
END_TEST

START_TEST(the_rest_stays_as_it_was_typed)
{
    static const char *const cases[][3] = {{"", NULL, NULL}, {" \t\n", NULL, NULL},
        {"eu", "eu", NULL}, {" eu \r\n", "eu", NULL}, {"eu x", "eu", "x"},
        {"eu do copo d'\u00E1gua   e \"x ", "eu", "do copo d'\u00E1gua   e \"x"},
        {"\teu \n a\tb\\\n\n", "eu", "a\tb\\"}, {"\"e\"'u' '", "eu", "'"}, {"'e u' v", "e u", "v"},
        {"'' x", "", "x"}, {"e\\u \"\"", "eu", "\"\""}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char *exact = strdup(cases[i][0]);
        struct words words;
        ck_assert_int_eq(words_split_first(&words, exact), 0);
        free(exact);
        ck_assert_uint_eq(words.count, cases[i][2] ? 2 : cases[i][1] ? 1 : 0);
        for (size_t word = 0; word < words.count; word++)
            ck_assert_str_eq(words.word[word], cases[i][word + 1]);
        ck_assert_ptr_null(words.word[words.count]);
        words_free(&words);
    }
    struct words words = {.count = 7};
    ck_assert_int_eq(words_split_first(&words, "'eu x"), UV_EINVAL);
    ck_assert_uint_eq(words.count, 0);
}
END_TEST

/* In the format of tests/reference.py. */
static char *words_in_hex(const char *text, size_t size)
{
    /* A copy of exactly this size, so that a sanitizer notices a read after its end. */
    char *exact = strdup(text);
    (void)size;
    struct words words;
    int error = words_split(&words, exact);
    free(exact);
    if (error)
        return strdup("error");

    char *answer;
    size_t length;
    FILE *file = open_memstream(&answer, &length);
    fprintf(file, "%zu:", words.count);
    for (size_t i = 0; i < words.count; i++) {
        char *hex = bytes_to_hex(words.word[i], strlen(words.word[i]));
        fprintf(file, "%s%s", i ? "," : "", hex);
        free(hex);
    }
    fclose(file);
    words_free(&words);
    return answer;
}

static const char *const syntax[] = {"a", " ", "\"", "'", "\\"};
static const char *const mixed[] = {"a", "b", " ", " ", "\"", "'", "\\", "\t", "\r", "\n", "\v",
    "\f", "#", "$", "/", ";", "\u00A0", "\u3000", "\u00E9", "\U0001F600", "\x01", "\x7F"};

START_TEST(words_equal_pythons)
{
    struct reference reference;
    reference_open(&reference, "words", words_in_hex);
    reference_add(&reference, "", 0);
    reference_add_all(&reference, syntax, sizeof(syntax) / sizeof(*syntax), 5);
    reference_add_all(&reference, mixed, sizeof(mixed) / sizeof(*mixed), 2);
    reference_add_random(&reference, mixed, sizeof(mixed) / sizeof(*mixed), 24, 10000);
    ck_assert_uint_gt(reference_compare(&reference), 14000);
}
END_TEST

int main(void)
{
    return run_suite("words",
        (struct test_group[]){
            {"words",
                (const TTest *const[]){words_are_split_at_white_space, quotes_keep_words_together,
                    nothing_is_no_word, an_unclosed_quote_is_an_error,
                    the_rest_stays_as_it_was_typed, words_equal_pythons, NULL}},
            {NULL, NULL}});
}
