/* Chapter 3's keys: which of a terminal's bytes are keys, and which belong to a sequence. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "03-keyboard-maze/keys.h"

#define PAUSE '`'

/* typed is what the terminal sends, where a ` stands for a second without a byte; keys is what the
 * game gets of it. */
static const struct row {
    const char *typed, *keys;
} rows[] = {
    {"46S", "46S"},
    /* arrows and the keypad, in both modes of the terminal */
    {"\033[A\033[B\033[C\033[D", "8264"},
    {"\033OA\033OB\033OC\033OD", "8264"},
    {"\033Op\033Oq\033Or\033Os\033Ot\033Ou\033Ov\033Ow\033Ox\033Oy", "0123456789"},
    {"\033OM\033Oj\033Ok\033Ol\033Om\033On\033Oo\033OX\033OP\033OS", ""},
    {"\x9b"
     "A\x8f"
     "v",
        "86"},
    /* keys with Shift, Alt, Ctrl, and other terminals' function keys */
    {"\033[1;2A\033[1;5D\033O2A\033O5v\033[a\033Oa", ""},
    {"\033[2~\033[24~\033[15;2~\033[2^\033[2@\033[[B\033[27;2;50~\033[50;2u", ""},
    {"\0334\033S", "4S"},
    {"\033\033[A", "8"},
    {"\033[2$6", "6"},
    /* the mouse */
    {"\033[M 246\033[<0;2;4M\033[<0;2;4m\033[32;2;4M8", "68"},
    /* reports */
    {"\033[?62;4c\033[>41;2;0c\033[2;4R\033[0n\033[?2026;2$y\033[4;600;800t", ""},
    {"\033P>|X 2(4)\033\\4\033P1$r2 q\x9c"
     "6",
        "46"},
    {"\033]11;rgb:2222/4444/6666\033\\4\033]4;2;rgb:2/4/6\0076", "46"},
    {"\033_G2\033\\\033^4\033\\\033X6\033\\8", "8"},
    {"\033(4\033#8\033 2\033%G6", "6"},
    /* sequences that are broken off */
    {"\033[2\0304\033]2\0326\033[2\033[A", "468"},
    {"\033[2\n4\033O\n6", "\n4\n6"},
    /* characters of several bytes, whole and torn */
    {"\xc4\x9b"
     "2\xe2\x82\xac"
     "4\xf0\x9f\x98\x80"
     "6",
        "\xc4"
        "2\xe2"
        "4\xf0"
        "6"},
    {"\xc2\x9b"
     "2A\xc2\x9d"
     "2\xc2\x9c"
     "4",
        "\xc2\xc2"
        "4"},
    {"\xc5"
     "2\xe9"
     "4\xff"
     "6\x93",
        "\xc5"
        "2\xe9"
        "4\xff"
        "6"},
    {"\033]0;\xc4\x9c 2 \xe2\x9c\x9c\007"
     "4",
        "4"},
    /* sequences that arrive in pieces, and the key Esc */
    {"\033`[`1`;`2A4", "4"},
    {"\033`[A\033`O`v\033O`v", "866"},
    {"\033`4\033`S", "4S"},
    {"\033P``````2S", "2S"},
    {"\033[``````2", "2"},
};

START_TEST(bytes_become_keys)
{
    struct keys keys = {0};
    char got[128] = "";
    uint64_t now = 0;
    for (const char *byte = rows[_i].typed; *byte; byte++) {
        if (*byte == PAUSE) {
            now += 1000;
            continue;
        }
        int key = keys_take(&keys, (unsigned char)*byte, now);
        if (key)
            got[strlen(got)] = (char)key;
    }
    ck_assert_msg(
        strcmp(got, rows[_i].keys) == 0, "row %d: got \"%s\", not \"%s\"", _i, got, rows[_i].keys);
}
END_TEST

int main(void)
{
    return run_table("03_keys", bytes_become_keys, sizeof(rows) / sizeof(*rows));
}
