#include "common/bytes.h"

#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "support_reference.h"

START_TEST(hex_has_two_digits_for_each_byte)
{
    char *hex = bytes_to_hex("Al\xC3\xB4\r\n", 6);
    ck_assert_str_eq(hex, "41 6C C3 B4 0D 0A");
    free(hex);
    hex = bytes_to_hex("\0\xFF", 2);
    ck_assert_str_eq(hex, "00 FF");
    free(hex);
}
END_TEST

START_TEST(printable_lines_up_with_hex)
{
    char *text = bytes_to_printable("Al\xC3\xB4", 4);
    ck_assert_str_eq(text, "A  l  .  . ");
    free(text);
}
END_TEST

START_TEST(printable_is_32_to_126)
{
    char all[256];
    for (size_t i = 0; i < sizeof(all); i++)
        all[i] = (char)i;
    char *text = bytes_to_printable(all, sizeof(all));
    ck_assert_uint_eq(strlen(text), 3 * sizeof(all) - 1);
    for (size_t i = 0; i < sizeof(all); i++)
        ck_assert_int_eq(text[3 * i], i >= 32 && i <= 126 ? (char)i : '.');
    free(text);
}
END_TEST

START_TEST(nothing_gives_an_empty_string)
{
    size_t length = 1;
    char *made[] = {bytes_to_hex("", 0), bytes_to_printable("", 0), bytes_to_text("", 0, &length),
        bytes_to_hex(NULL, 0), bytes_to_printable(NULL, 0), bytes_to_text(NULL, 0, NULL)};
    ck_assert_uint_eq(length, 0);
    for (size_t i = 0; i < sizeof(made) / sizeof(*made); i++) {
        ck_assert_str_eq(made[i], "");
        free(made[i]);
    }
}
END_TEST

START_TEST(text_keeps_its_nuls)
{
    size_t length;
    char *text = bytes_to_text("a\0b\xFF", 4, &length);
    ck_assert_uint_eq(length, 6);
    ck_assert_mem_eq(text, "a\0b\xEF\xBF\xBD", 7);
    free(text);
}
END_TEST

START_TEST(text_replaces_each_ill_formed_part_once)
{
    /* The Unicode Standard's own example (table 3-8). */
    char *text = bytes_to_text("a\xF1\x80\x80\xE1\x80\xC2"
                               "b\x80"
                               "c\x80\xBF"
                               "d",
        13, NULL);
    ck_assert_str_eq(text, "a\uFFFD\uFFFD\uFFFDb\uFFFDc\uFFFD\uFFFDd");
    free(text);
}
END_TEST

static char *text_in_hex(const char *data, size_t size)
{
    /* A copy of exactly this size, so that a sanitizer notices a read after its end. */
    char *exact = malloc(size ? size : 1);
    memcpy(exact, data, size);
    size_t length;
    char *text = bytes_to_text(exact, size, &length);
    if (text[length] != '\0') /* ck_assert would cost more than the conversion */
        ck_abort_msg("no NUL");
    bool is_same = length == size && memcmp(text, exact, size) == 0;
    if (bytes_are_utf8(exact, size) != is_same)
        ck_abort_msg("bytes_are_utf8 says otherwise");
    char *hex = bytes_to_hex(text, length);
    free(text);
    free(exact);
    return hex;
}

/* The first and last byte of every range that UTF-8 distinguishes. */
static const char *const borders[] = {"\x01", "A", "\x7F", "\x80", "\x8F", "\x90", "\x9F", "\xA0",
    "\xBF", "\xC0", "\xC1", "\xC2", "\xDF", "\xE0", "\xE1", "\xEC", "\xED", "\xEE", "\xEF", "\xF0",
    "\xF1", "\xF3", "\xF4", "\xF5", "\xFF"};
#define BORDERS (sizeof(borders) / sizeof(*borders))

START_TEST(text_equals_pythons)
{
    struct reference reference;
    reference_open(&reference, "utf8", text_in_hex);
    reference_add_all(&reference, borders, BORDERS, 3);
    reference_add_random(&reference, borders, BORDERS, 12, 5000);
    reference_add(&reference, "\0\xC3\0", 3);

    char bytes[256];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)i;
    reference_add(&reference, bytes, sizeof(bytes));
    ck_assert_uint_gt(reference_compare(&reference), 20000);
}
END_TEST

START_TEST(words_differ_in_capitals_only)
{
    ck_assert(bytes_are_word("QuIt", 4, "quit"));
    ck_assert(bytes_are_word("quit!", 4, "QUIT"));
    ck_assert(bytes_are_word("", 0, ""));
    ck_assert(!bytes_are_word("qui", 3, "quit"));
    ck_assert(!bytes_are_word("quit", 4, "qui"));
    ck_assert(!bytes_are_word("@[`{", 4, "`{@["));         /* what stands beside the letters */
    ck_assert(!bytes_are_word("\xC3\x89", 2, "\xC3\xA9")); /* É, é */
    ck_assert(!bytes_are_word("a\0b", 3, "a"));
}
END_TEST

int main(void)
{
    return run_suite("bytes",
        (struct test_group[]){{"dumps", (const TTest *const[]){hex_has_two_digits_for_each_byte,
                                            printable_lines_up_with_hex, printable_is_32_to_126,
                                            nothing_gives_an_empty_string, NULL}},
            {"words", (const TTest *const[]){words_differ_in_capitals_only, NULL}},
            {"text", (const TTest *const[]){text_keeps_its_nuls,
                         text_replaces_each_ill_formed_part_once, text_equals_pythons, NULL}},
            {NULL, NULL}});
}
