/* Which texts may be names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/text.h"
#include "shell.h"
#include "support.h"

struct sample {
    const char *name, *what;
};

static const struct sample good[] = {
    {"Ana", "Latin"},
    {"Antônio José", "letters with marks in one piece"},
    {"O'Neill-2", "punctuation"},
    {"Ελένη", "Greek"},
    {"Алёна", "Cyrillic"},
    {"दीप्ति", "Devanagari: vowels and a virama"},
    {"ชื่น", "Thai: a vowel and a tone on one letter"},
    {"שָׁלוֹם", "Hebrew with points"},
    {"مُحَمَّد", "Arabic with vowels"},
    {"さくら 花", "Japanese"},
    {"ココ", "the same letter twice, as in the compatibility form of a sign"},
    {"ホンダ 1日 12月", "other parts of such signs"},
    {"김민준", "Korean, in syllables"},
    {"😀", "a picture"},
};

static const struct sample bad[] = {
    {"", "nothing"},
    {"Jose\u0301", "a letter and its accent"},
    {"Ana\u05B0", "a Hebrew point on a Latin letter"},
    {"Ana\u0E38", "a Thai vowel on a Latin letter"},
    {"Ana\u093C", "a nukta on a Latin letter"},
    {"Ana\u3099", "a voiced mark"},
    {"か\u3099", "a voiced mark on its letter, which there is in one piece"},
    {"ا\u0653", "a madda on its letter, which there is in one piece"},
    {"\u0E38ก", "a mark on nothing"},
    {"ก \u0E38", "a mark on a space"},
    {"ก\u0E38\u0E38", "a mark twice"},
    {"ก\u0E38\u0E48\u0E49\u0E4A", "many marks"},
    {"Ana\uFE0F", "a variation selector"},
    {"Ana\U000E0101", "one more"},
    {"Ana\U000E0041", "a tag"},
    {"Ana\u3164", "a Hangul filler"},
    {"Ana\u115F", "another"},
    {"Ana\uFFA0", "a narrow one"},
    {"Ana\u2800", "braille without dots"},
    {"Ana\u200D", "a joiner"},
    {"Ana\u070F", "an abbreviation that is not seen"},
    {"Ana\U0001D159", "a note that is not seen"},
    {"Ana\uE000", "a private character"},
    {"Ana\U00100000", "one more"},
    {"Ana\uFFFC", "an object's place"},
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

START_TEST(takes_names_of_many_scripts)
{
    for (size_t i = 0; i < COUNT(good); i++)
        ck_assert_msg(text_is_name(good[i].name), "%s: %s", good[i].name, good[i].what);
}
END_TEST

START_TEST(refuses_what_only_looks_like_a_name)
{
    for (size_t i = 0; i < COUNT(bad); i++)
        ck_assert_msg(!text_is_name(bad[i].name), "%s", bad[i].what);
}
END_TEST

/* Every invisible or combining character of Unicode, as Python lists them, except for the visible
 * format characters, which precede a number. */
START_TEST(refuses_every_mark_on_a_latin_letter)
{
    char name[64], line[64];
    int count = 0;
    setenv("PYTHONIOENCODING", "utf-8", 1);
    FILE *python = popen("/usr/bin/python3 -c \"import unicodedata as u\n"
                         "for c in range(0x110000 if u.unidata_version == '14.0.0' else 0):\n"
                         " if u.category(chr(c)) in 'Mn Me Cf Cc Co Zl Zp Zs' and c and not\\\n"
                         "  u.bidirectional(chr(c)) == 'AN' and c not in [0x110BD, 0x110CD]:\n"
                         "  print('%X Ana%sx' % (c, chr(c)) if c != 10 else '')\"",
        "re");
    ck_assert_ptr_nonnull(python);
    while (fgets(line, sizeof(line), python)) {
        unsigned code;
        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "%X %63[^\n]", &code, name) != 2 || code == ' ')
            continue;
        ck_assert_msg(!text_is_name(name), "U+%04X", code);
        count++;
    }
    ck_assert_int_eq(pclose(python), 0);
    printf("%d characters\n", count);
}
END_TEST

/* All texts that Unicode's form C writes in another way. */
START_TEST(refuses_a_second_way_to_write_a_character)
{
    char name[64], line[64];
    int count = 0;
    setenv("PYTHONIOENCODING", "utf-8", 1);
    FILE *python =
        popen("/usr/bin/python3 -c \"from unicodedata import normalize as n, unidata_version\n"
              "for c in range(0x80, 0x110000 if unidata_version == '14.0.0' else 0):\n"
              " for t in {chr(c), n('NFD', chr(c))} if c >> 11 != 27 else ():\n"
              "  print('%X %s' % (c, t) if n('NFC', t) != t else '')\"",
            "re");
    ck_assert_ptr_nonnull(python);
    while (fgets(line, sizeof(line), python)) {
        unsigned code;
        if (sscanf(line, "%X %63[^\n]", &code, name) != 2)
            continue;
        ck_assert_msg(!text_is_name(name), "U+%04X", code);
        count++;
    }
    ck_assert_int_eq(pclose(python), 0);
    printf("%d texts\n", count);
}
END_TEST

START_TEST(capitals_make_no_other_name)
{
    static const struct {
        const char *one, *other;
        bool is_same;
    } pairs[] = {
        {"MARIA", "maria", true},
        {"ŸVES", "ÿves", true},
        {"NGỌC ĐỨC", "ngọc đức", true},
        {"ΈΛΛΗ ΆΡΗΣ", "έλλη άρης", true}, /* one of the two small sigmas ends a word */
        {"Ὀδυσσεύς", "ὀδυσσεύς", true},
        {"ЂОРЂЕ ҐАННА", "ђорђе ґанна", true},
        {"ԱՆԻ", "անի", true},
        {"ＡＮＡ", "ａｎａ", true},
        {"GROẞ", "groß", true},
        {"Ana", "Anä", false},
        {"ana", "ａｎａ", false},
        {"ĸ", "Ĺ", false},
        {"Ana", "An", false},
    };
    char folded[2][4 * MAX_NAME_CHARACTERS + 1];
    for (size_t i = 0; i < COUNT(pairs); i++) {
        text_fold_name(pairs[i].one, folded[0]);
        text_fold_name(pairs[i].other, folded[1]);
        int order = text_compare_names(pairs[i].one, pairs[i].other);
        ck_assert_msg((order == 0) == pairs[i].is_same, "%s, %s", pairs[i].one, pairs[i].other);
        ck_assert_int_eq(strcmp(folded[0], folded[1]) == 0, pairs[i].is_same);
        ck_assert_int_eq(text_compare_names(pairs[i].other, pairs[i].one), -order);
    }
}
END_TEST

/* A Python that knows another version of Unicode makes other tables. */
START_TEST(the_tables_are_what_the_script_prints)
{
    char output[1024];
    int status = shell_run("made=$(04-chat-server/make_text_marks.py) || exit 1\n"
                           "case $made in *'Unicode 14:'*) printf '%s\\n' \"$made\" |"
                           " diff 04-chat-server/text_marks.h - ;; esac",
        output, sizeof(output));
    ck_assert_str_eq(output, "");
    ck_assert_int_eq(status, 0);
}
END_TEST

int main(void)
{
    const TTest *const names[] = {takes_names_of_many_scripts, refuses_what_only_looks_like_a_name,
        refuses_every_mark_on_a_latin_letter, refuses_a_second_way_to_write_a_character,
        capitals_make_no_other_name, the_tables_are_what_the_script_prints, NULL};
    return run_suite("04_names", (struct test_group[]){{"names", names}, {NULL, NULL}});
}
