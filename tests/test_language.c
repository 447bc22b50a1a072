#include "common/language.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

static void set(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

START_TEST(the_users_locale_decides)
{
    static const struct {
        const char *all, *messages, *lang;
        enum language expected;
    } cases[] = {
        {NULL, NULL, NULL, PORTUGUESE},
        {"", "", "", PORTUGUESE},
        {NULL, NULL, "C", PORTUGUESE},
        {NULL, NULL, "C.UTF-8", PORTUGUESE},
        {NULL, NULL, "POSIX", PORTUGUESE},
        {NULL, NULL, "pt_BR.UTF-8", PORTUGUESE},
        {NULL, NULL, "pt", PORTUGUESE},
        {NULL, NULL, "pt@euro", PORTUGUESE},
        {NULL, NULL, "en_US.UTF-8", ENGLISH},
        {NULL, NULL, "fr_FR", ENGLISH},
        {NULL, NULL, "ptx", ENGLISH},
        {NULL, "en_US", "pt_BR", ENGLISH},
        {"pt_BR", "en_US", "en_US", PORTUGUESE},
        {"en_US", "pt_BR", "pt_BR", ENGLISH},
        {"", "", "en_US", ENGLISH},
        {"C", "en_US", "en_US", PORTUGUESE},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        set("LC_ALL", cases[i].all);
        set("LC_MESSAGES", cases[i].messages);
        set("LANG", cases[i].lang);
        ck_assert_msg(language_of_user() == cases[i].expected, "case %zu", i);
    }
}
END_TEST

START_TEST(a_header_decides_by_quality)
{
    static const struct {
        const char *header;
        enum language expected;
    } cases[] = {
        {NULL, PORTUGUESE},
        {"", PORTUGUESE},
        {"en", ENGLISH},
        {"EN-us", ENGLISH},
        {"pt-BR,pt;q=0.9,en;q=0.8", PORTUGUESE},
        {"en-US,en;q=0.9,pt;q=0.8", ENGLISH},
        {"pt;q=0.8,en;q=0.9", ENGLISH},
        {"pt;q=0.899, en;q=0.9", ENGLISH},
        {"en;q=0.1,pt;q=0.11", PORTUGUESE},
        {"en;q=0.5,pt;q=1.000", PORTUGUESE},
        {"en;q=0.5,pt;q=0.2,pt-BR;q=0.7", PORTUGUESE},
        {"en,pt", ENGLISH},
        {"pt,en", PORTUGUESE},
        {"fr", PORTUGUESE},
        {"fr-FR,fr;q=0.9,en;q=0.1", ENGLISH},
        {"en;q=0", PORTUGUESE},
        {"pt;q=0", ENGLISH},
        {"fr,pt;q=0", ENGLISH},
        {"en;q=0999,pt;q=0.1", PORTUGUESE},
        {"pt;q=0,en;q=0", PORTUGUESE},
        {"*", PORTUGUESE},
        {"*;q=0.5,en;q=0.6", ENGLISH},
        {"*,en;q=0.6", PORTUGUESE},
        {"pt;q=0,*;q=0.1", ENGLISH},
        {"\ten-GB ;\tq=0.7 , pt ; q=0.3 ", ENGLISH},
        {"en; ,", PORTUGUESE},
        {"eng", PORTUGUESE},
        {"e", PORTUGUESE},
        {"*-pt,en;q=0.1", ENGLISH},
        /* malformed entries */
        {"en;q=2,pt;q=0.1", PORTUGUESE},
        {"en;q=1.001,pt;q=0.1", PORTUGUESE},
        {"en;q=0.1234,pt;q=0.1", PORTUGUESE},
        {"en;q=,pt;q=0.1", PORTUGUESE},
        {"en;q,pt;q=0.1", PORTUGUESE},
        {"en;,pt;q=0.1", PORTUGUESE},
        {"en;q=-1,pt;q=0.1", PORTUGUESE},
        {"en;q=x,pt;q=0.1", PORTUGUESE},
        {"en;level=1,pt;q=0.1", PORTUGUESE},
        {"en us,pt;q=0.1", PORTUGUESE},
        {",,;q=1, ,en;q=0.1,", ENGLISH},
        {";", PORTUGUESE},
        {"en;q=0.", PORTUGUESE},
        {"pt;q=9,en;q=0.1", ENGLISH},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        ck_assert_msg(
            language_of_header(cases[i].header) == cases[i].expected, "\"%s\"", cases[i].header);
}
END_TEST

START_TEST(tr_picks_one_of_two)
{
    ck_assert_str_eq(tr_in(PORTUGUESE, "sim", "yes"), "sim");
    ck_assert_str_eq(tr_in(ENGLISH, "sim", "yes"), "yes");
    setenv("LC_ALL", "en_US.UTF-8", 1);
    ck_assert_str_eq(tr("sim", "yes"), "yes");
    setenv("LC_ALL", "pt_BR.UTF-8", 1);
    ck_assert_str_eq(tr("sim", "yes"), "sim");
}
END_TEST

/* Whether a program with this statement compiles without warnings. */
static bool compiles(const char *statement)
{
    const char *compiler = getenv("CC");
    char command[256];
    snprintf(command, sizeof(command),
        "%s -x c -I. -Wall -Wextra -Werror -fsyntax-only - 2>/dev/null",
        compiler && *compiler ? compiler : "cc");
    FILE *input = popen(command, "w");
    ck_assert_ptr_nonnull(input);
    fprintf(input,
        "#include <stdio.h>\n"
        "#include \"common/language.h\"\n"
        "int main(void)\n{\n    %s\n}\n",
        statement);
    return pclose(input) == 0;
}

START_TEST(the_compiler_checks_both_texts)
{
    ck_assert(compiles("printf(tr(\"%d nomes\\n\", \"%d names\\n\"), 1);"));
    ck_assert(!compiles("printf(tr(\"%s nomes\\n\", \"%d names\\n\"), 1);"));
    ck_assert(!compiles("printf(tr(\"%d nomes\\n\", \"%s names\\n\"), 1);"));
    ck_assert(!compiles("printf(tr(\"%d nomes\\n\", \"%d names\\n\"));"));
    ck_assert(!compiles("printf(tr_in(ENGLISH, \"%d nomes\\n\", \"%s names\\n\"), 1);"));
}
END_TEST

int main(void)
{
    return run_suite(
        "language", (struct test_group[]){
                        {"choice", (const TTest *const[]){the_users_locale_decides,
                                       a_header_decides_by_quality, tr_picks_one_of_two, NULL}},
                        {"formats", (const TTest *const[]){the_compiler_checks_both_texts, NULL}},
                        {NULL, NULL}});
}
