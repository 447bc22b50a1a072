/*
 * docs/book.py: each test makes one change to a small correct book, and the tool has to report it
 * at its line.
 */
// Plain variant only.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shell.h"
#include "support.h"

struct file {
    const char *path, *text;
};

/* A chapter with a step and its transcript, the translation, and a library of one header and one
 * source; the page of the library counts lines, and a page lays methods beside functions. */
static const struct file book[] = {
    {"Makefile", "N ?=\nARGS ?=\nstep: one\n\t./one\n"},
    {"README.md", "# A book\n\n[Chapter](01-one/README.md#the-step), `make step N=1.1`.\n"
                  "```sh\ncd 01-one && ./program --times 2   # twice\n```\n"},
    {"common/loop.h", "/*\n * A loop.\n */\n#pragma once\n\n/* Runs it (run_forever). */\n"
                      "int loop_run(void);\n"},
    {"common/loop/loop.c",
        "#include \"common/loop.h\"\n\nint loop_run(void)\n{\n    return 0;\n}\n\n"
        "static const char *loop_name(const char *name,\n    int number)\n{\n"
        "    if (number) {\n        return 0;\n    }\n    return name;\n}\n"},
    {"common/README.md",
        "# The library\n\n<!-- files -->\n| part | lines |\n| --- | ---: |\n| [the "
        "loop](#the-loop) | |\n"
        "| all | |\n\n## The loop\n\n<!-- files -->\n| file | lines | what it does |\n"
        "| --- | ---: | --- |\n| [loop.h](loop.h) | | declares |\n| [loop.c](loop/loop.c) | | runs "
        "|\n"
        "| both | | |\n"},
    {"docs/methods.md",
        "# Methods\n\n<!-- methods -->\n| Python | here | file | lines here |\n| --- | "
        "--- | --- | ---: |\n"
        "| `Loop.run` | `loop_run` | [loop.c](../common/loop/loop.c) | |\n"
        "| `Loop.name` | `loop_name()` | [loop.c](../common/loop/loop.c) | |\n"
        "| `Loop.stop` | not needed | | |\n"},
    {"docs/methods.pt-BR.md", "# Métodos\n\n<!-- methods -->\n| Python | aqui | arquivo | linhas "
                              "|\n| --- | --- | --- | ---: |\n"
                              "| `Loop.run` | `loop_run` | [loop.c](../common/loop/loop.c) | |\n"},
    {"01-one/program.c", "{\"times\", OPTION_COUNT, 0}\n"},
    {"01-one/steps/1-step.c", "int main(void)\n{\n    // #region body\n    return 0;\n"
                              "    // #endregion body\n}\n"},
    {"01-one/expected/1-step.txt", "$ echo one\n$ echo took $$ ms; echo end\n"},
    {"01-one/README.md",
        "# One\n\nIt calls `loop_run(loop)`, or `loop_`.\n\n## The step\n\n"
        "<!-- listing: 01-one/steps/1-step.c#body -->\n```c\n```\n\n![A picture](picture.svg)\n\n"
        "<!-- output: 01-one/expected/1-step.txt -->\n```console\n```\n\n"
        "```sh\nTRACE=1 nc -l 1 | ./program   # talks\n```\n"},
    {"tests/setup/packages.sh",
        "build    gcc    compiler   gcc\ntest     nc     netcat     netcat\n"},
    {"01-one/README.pt-BR.md",
        "# Um\n\nEle chama `loop_run`.\n\n## O passo\n\n"
        "<!-- listing: 01-one/steps/1-step.c#body -->\n```c\n```\n\n![Uma imagem](picture.svg)\n\n"
        "<!-- output: 01-one/expected/1-step.txt -->\n```console\n```\n"},
    {"01-one/picture.svg", "<svg viewBox=\"0 0 9 9\"><text font-size=\"9\"/></svg>\n"},
    {NULL, NULL},
};

static char root[64];

static char *path_of(const char *path)
{
    static char full[512];
    snprintf(full, sizeof(full), "%s/%s", root, path);
    return full;
}

static char *read_file(const char *path)
{
    static char text[65536];
    FILE *file = fopen(path_of(path), "r");
    ck_assert_msg(file != NULL, "%s is not there", path);
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[size] = '\0';
    return text;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path_of(path), "w");
    ck_assert_msg(file != NULL, "%s cannot be written", path);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

/* Runs the tool on the tree and returns its exit status; the caller frees *said, its output. */
static int run_tool(const char *words, char **said)
{
    char command[1024];
    snprintf(
        command, sizeof(command), "/usr/bin/python3 docs/book.py %s --root %s 2>&1", words, root);
    FILE *tool = popen(command, "r");
    ck_assert_ptr_nonnull(tool);
    char *text = calloc(1, 65536);
    ck_assert_ptr_nonnull(text);
    fread(text, 1, 65535, tool);
    int status = pclose(tool);
    *said = text;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void expect(const char *words, int status, const char *text)
{
    char *said;
    int got = run_tool(words, &said);
    ck_assert_msg(got == status && strstr(said, text),
        "book.py %s: status %d, not %d, said\n%s"
        "and not \"%s\"",
        words, got, status, said, text);
    free(said);
}

static void make_book(void)
{
    temporary_directory(root, "book");
    static const char *const directories[] = {"docs", "common", "common/loop", "01-one",
        "01-one/steps", "01-one/expected", "01-one/exercises", "01-one/exercises/1-one", "tests",
        "tests/setup"};
    for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++)
        ck_assert_int_eq(mkdir(path_of(directories[i]), 0700), 0);
    for (const struct file *file = book; file->path; file++)
        write_file(file->path, file->text);
    expect("write", 0, "");
    static const char *const translations[] = {"01-one/README.pt-BR.md", "docs/methods.pt-BR.md"};
    for (size_t i = 0; i < sizeof(translations) / sizeof(*translations); i++) {
        char words[600];
        snprintf(words, sizeof(words), "translated %s", path_of(translations[i]));
        expect(words, 0, "");
    }
}

/* Replaces the first old by new; appends new if old is empty. */
static void change(const char *path, const char *old, const char *new)
{
    char *text = read_file(path);
    char *place = *old ? strstr(text, old) : text + strlen(text);
    ck_assert_msg(place != NULL, "%s has no \"%s\":\n%s", path, old, text);
    char changed[65536];
    snprintf(
        changed, sizeof(changed), "%.*s%s%s", (int)(place - text), text, new, place + strlen(old));
    write_file(path, changed);
}

static const struct drift {
    const char *path, *old, *new; /* what is changed */
    const char *said;             /* what the tool then says; NULL: that all is true */
} drifts[] = {
    {"01-one/steps/1-step.c", "return 0", "return 1",
        "01-one/README.md:7: the listing differs from 01-one/steps/1-step.c#body"},
    {"01-one/README.pt-BR.md", "return 0", "return 1",
        "01-one/README.pt-BR.md:11: the listing differs"},
    {"01-one/README.md", "c#body -->\n[", "c#body -->\n[A ",
        "01-one/README.md:7: the line above the listing does not link to"},
    {"01-one/README.md", "c#body -->", "c#soul -->", "01-one/README.md:7: no region soul"},
    {"01-one/README.md", "1-step.c#body -->", "2-step.c#body -->", "01-one/README.md:7: no file"},
    {"01-one/README.md", "```c\nreturn 0;\n```\n", "",
        "01-one/README.md:7: a listing needs a fence"},
    {"01-one/steps/1-step.c", "int main", "// #region head\n// #endregion head\nint main",
        "01-one/steps/1-step.c:1: region head is on no page"},
    {"01-one/steps/1-step.c", "    // #endregion body\n", "",
        "01-one/steps/1-step.c:3: region body has no end"},
    {"01-one/steps/1-step.c", "}\n", "}\n// #endregion tail\n",
        "01-one/steps/1-step.c:7: region tail ends before it begins"},
    {"01-one/steps/1-step.c", "}\n", "}\n// #region body\n// #endregion body\n",
        "01-one/steps/1-step.c:7: a second region body"},
    {"01-one/steps/2-new.c", NULL, "int main(void);\n", "01-one/steps/2-new.c:1: no page lists"},
    {"01-one/expected/1-step.txt", "\nend", "\nthe end",
        "01-one/expected/1-step.txt:5: expected 'the end', got 'end'"},
    {"01-one/expected/1-step.txt", "echo end", "sleep 60",
        "01-one/expected/1-step.txt:1: did not end in 1"},
    {"01-one/README.md", "1-step.txt -->", "3-step.txt -->",
        "01-one/README.md:15: no file 01-one/expected/3-step.txt"},
    {"01-one/README.md", "\nend\n", "\nthe end\n", "01-one/README.md:15: the output differs from"},
    {"01-one/expected/2-new.txt", NULL, "$ true\n", "01-one/expected/2-new.txt:1: no page shows"},
    {"README.md", "01-one/README.md#", "01-two/README.md#",
        "README.md:3: no file 01-two/README.md"},
    {"README.md", "#the-step", "#the-steps", "README.md:3: 01-one/README.md has no heading for"},
    {"README.md", "01-one/README.md#", "../README.md#",
        "README.md:3: ../README.md#the-step leads out"},
    {"01-one/README.md", "(picture.svg)", "(painting.svg)",
        "01-one/README.md:13: no picture 01-one/painting.svg"},
    {"tests/setup/packages.sh", "nc ", "nd ", "01-one/README.md:25: make deps does not bring nc"},
    {"README.md", "make step", "make steep", "README.md:3: make has no target steep"},
    {"README.md", "N=1.1", "M=1.1", "README.md:3: make knows no variable M"},
    {"README.md", "N=1.1", "ARGS=\"--often\"", "README.md:3: no program has an option --often"},
    {"README.md", "N=1.1", "ARGS=\"--times 2\"", NULL},
    {"README.md", "cd 01-one && ./", "01-one/grand-",
        "README.md:5: no program 01-one/grand-program"},
    {"README.md", "cd 01-one && ./", "01-one/", NULL},
    {"README.md", "cd 01-one && ./program --times", "01-one/program --often",
        "README.md:5: 01-one/program has no option --often"},
    {"README.md", "`make step N=1.1`", "`--often`",
        "README.md:3: no program here has an option --often"},
    {"01-one/README.md", "loop_run", "loop_walk", "01-one/README.md:3: no source has loop_walk"},
    {"common/loop.h", "Runs", "Turns", "docs/api.md:27: the headers have changed"},
    {"docs/cheat-sheet.pt-BR.md", "loop_run", "loop_name",
        "docs/cheat-sheet.pt-BR.md:1: the headers have changed"},
    {"01-one/README.md", "It calls", "It now calls",
        "01-one/README.pt-BR.md:1: \"One\" of 01-one/README.md has changed"},
    {"01-one/README.md", "# The step", "# A new part\n\n## The step",
        "01-one/README.pt-BR.md:7: shows 01-one/steps/1-step.c#body, 01-one/expected/1-step.txt; "
        "01-one/README.md shows nothing"},
    {"01-one/README.md", "", "\n## The end\n",
        "01-one/README.pt-BR.md:26: the section \"The end\" of 01-one/README.md is missing"},
    {"01-one/README.pt-BR.md", "", "\n## O fim\n",
        "01-one/README.pt-BR.md:28: 01-one/README.md has no section for this one"},
    {"01-one/README.md", "## The step", "### The step",
        "01-one/README.pt-BR.md:7: here 01-one/README.md has \"The step\", of another level"},
    {"01-one/README.md", "<!-- output: 01-one/expected/1-step.txt -->\n", "",
        "01-one/README.pt-BR.md:7: shows 01-one/steps/1-step.c#body, 01-one/expected/1-step.txt; "
        "01-one/README.md shows 01-one/steps/1-step.c#body"},
    {"README.md", "", "- One\n\n  <!-- output: 01-one/expected/1-step.txt -->\n",
        "README.md:9: this comment has no effect"},
    {"README.md", "", "<!--listing: Makefile-->\n", "README.md:7: this comment has no effect"},
    {"README.md", "", "```sh\nmake\n", "README.md:7: a fence that does not end"},
    {"README.md", "", "\n[one]: 01-one/READYOU.md\n", "README.md:8: no file 01-one/READYOU.md"},
    {"README.md", "cd 01-one && ./program", "timeout -s INT 5 01-one/program --often",
        "README.md:5: 01-one/program has no option --often"},
    {"docs/more.pt-BR.md", NULL, "# Mais\n",
        "docs/more.pt-BR.md:1: translates docs/more.md, which is not there"},
    {"common/README.md", "| 15 |", "| 14 |",
        "common/README.md:15: says 14, not 15 lines: run make docs"},
    {"common/README.md", "both | 22 |", "both | |",
        "common/README.md:16: says nothing, not 22 lines"},
    {"common/README.md", "[the loop](#the-loop) | 22", "[the loop](#the-loop) | 2",
        "common/README.md:6: says 2, not 22 lines"},
    {"common/README.md", "all | 22", "all | 20", "common/README.md:7: says 20, not 22 lines"},
    {"common/loop.h", "#pragma once\n", "#pragma once\n\n",
        "common/README.md:14: says 7, not 8 lines"},
    {"common/loop/timer.c", NULL, "int x;\n",
        "common/README.md:3: no table lists common/loop/timer.c: add a row for it"},
    {"common/README.md", "(loop/loop.c)", "(loop/pool.c)",
        "common/README.md:15: no file common/loop/pool.c"},
    {"common/README.md", "| both", "| [again](loop.h) | 7 | |\n| both",
        "common/README.md:16: loop.h has a second row"},
    {"common/README.md", "|\n| --- | ---: | --- |", "|\n\n| --- | ---: | --- |",
        "common/README.md:11: no table in the line below"},
    {"common/README.md", "<!-- files -->", "<!-- files: x -->",
        "common/README.md:3: this comment has no effect"},
    {"docs/methods.md", "`loop_run`", "`loop_walk`",
        "docs/methods.md:6: common/loop/loop.c does not define loop_walk: correct the row"},
    {"docs/methods.md", "[loop.c](../common/loop/loop.c)", "[loop.h](../common/loop.h)",
        "docs/methods.md:6: common/loop.h does not define loop_run"},
    {"docs/methods.md", "[loop.c](../common/loop/loop.c)", "loop.c",
        "docs/methods.md:6: no link to the file that defines loop_run"},
    {"docs/methods.md", "| 4 |", "| 5 |", "docs/methods.md:6: says 5, not 4 lines"},
    {"docs/methods.pt-BR.md", "| 4 |", "| |", "docs/methods.pt-BR.md:8: says nothing, not 4 lines"},
    {"docs/methods.md", "| 8 |\n",
        "| 8 |\n| `Loop.again` | `loop_run` | [loop.c](../common/loop/loop.c) | 4 |\n",
        "docs/methods.md:8: common/loop/loop.c defines loop_run before loop_name: same order in "
        "both"},
    {"docs/methods.md", "`Loop.run`", "`Loop.go`",
        "docs/methods.pt-BR.md:1: \"Methods\" of docs/methods.md has changed"},
    {"02-two/README.md", NULL, "# Two\n", "02-two/README.md:1: has no translation"},
    {"01-one/exercises/1-one/hint.md", NULL, "# Hints\n",
        "01-one/exercises/1-one/hint.md:1: has no translation"},
};

START_TEST(a_drift_is_named_at_its_line)
{
    const struct drift *drift = &drifts[_i];
    make_book();
    if (strcmp(drift->path, "02-two/README.md") == 0)
        ck_assert_int_eq(mkdir(path_of("02-two"), 0700), 0);
    if (drift->old)
        change(drift->path, drift->old, drift->new);
    else
        write_file(drift->path, drift->new);
    char words[32];
    snprintf(words, sizeof(words), "check --seconds %d", strstr(drift->new, "sleep") ? 1 : 20);
    expect(words, drift->said ? 1 : 0, drift->said ? drift->said : "pages are true");
}
END_TEST

START_TEST(docs_counts_the_lines_anew)
{
    make_book();
    change("common/loop/loop.c", "return 0;\n", "number = 1;\n    return number;\n");
    expect("check --seconds 0", 1, "docs/methods.pt-BR.md:8: says 4, not 5 lines");
    expect("write --seconds 0", 0, "");
    expect("check --seconds 0", 0, "pages are true"); /* so no translation is marked as old */
}
END_TEST

START_TEST(the_interface_sets_a_call_of_python_as_code)
{
    make_book();
    change("common/loop.h", "Runs", "Waits (await queue.put, await task). Runs");
    expect("write --seconds 0", 0, "");
    const char *interface = read_file("docs/api.md");
    ck_assert_ptr_nonnull(strstr(interface, "(`await queue.put`, `await task`)"));
}
END_TEST

START_TEST(the_site_marks_the_lines_that_a_step_adds)
{
    make_book();
    write_file("01-one/steps/2-more.c",
        "int main(void)\n{\n    // #region more\n    puts(\"more\");\n    puts(\"most\");\n\n"
        "    // the end\n    return 0;\n    return 0;\n    // #endregion more\n}\n");
    write_file("01-one/steps/3-other.c", "// #region other\nint other;\n// #endregion other\n");
    change("01-one/README.md", "",
        "\n<!-- listing: 01-one/steps/2-more.c#more -->\n```c\n```\n"
        "\n<!-- listing: 01-one/steps/3-other.c#other -->\n```c\n```\n");
    expect("write --seconds 0", 0, "");
    char words[600];
    snprintf(words, sizeof(words), "site %s/site", root);
    expect(words, 0, "");
    const char *page = read_file("site/01-one/index.md");
    ck_assert_ptr_nonnull(strstr(page, "```c\nreturn 0;")); /* the first step */
    ck_assert_ptr_nonnull(strstr(page, "```c {1,2,4}\nputs(\"more\");"));
    ck_assert_ptr_nonnull(strstr(page, "```c\nint other;")); /* all is new: another program */
}
END_TEST

START_TEST(the_site_lists_pages_in_the_order_of_the_readme)
{
    make_book();
    write_file("docs/a.md", "# A\n");
    write_file("README.md", "# Book\n\n[one](docs/methods.md#methods), [two](docs/a.md)\n");
    char words[600];
    snprintf(words, sizeof(words), "site %s/site", root);
    expect(words, 0, "");
    const char *menu = read_file("site/sidebar.json");
    const char *first = strstr(menu, "\"/docs/methods\"");
    const char *second = strstr(menu, "\"/docs/a\"");
    const char *unlisted = strstr(menu, "\"/docs/api\"");
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_nonnull(second);
    ck_assert_ptr_nonnull(unlisted);
    ck_assert_msg(first < second && second < unlisted, "%s", menu);
}
END_TEST

/* The reader of chapter 4 adds a command to the chat. */
START_TEST(the_lesson_adds_a_command)
{
    static const char *const pages[] = {"README.md", "README.pt-BR.md"};
    char command[128], output[8192];
    snprintf(command, sizeof(command),
        "/usr/bin/python3 tests/lesson_command.py 04-chat-server/%s build/lesson 2>&1", pages[_i]);
    int status = shell_run(command, output, sizeof(output));
    ck_assert_msg(status == 0, "%s: %s", pages[_i], output);
}
END_TEST

/* The program and the command of common/README.md, in a folder outside the repository. */
START_TEST(the_library_is_used_in_an_own_program)
{
    char output[8192];
    int status = shell_run(
        "exec 2>&1; set -e; LIBRARY=$PWD; directory=$(mktemp -d); trap 'rm -r $directory' EXIT; "
        "command=$(grep '^cc .*\\$LIBRARY' common/README.md); "
        "sed -n '/^```c$/,/^```$/{/^```/!p}' common/README.md >$directory/greet.c; "
        "cd $directory; eval \"$command -Wall -Wextra -Werror\"; ./greet",
        output, sizeof(output));
    ck_assert_msg(
        status == 0 && strcmp(output, "Hello, Ana\nHello, Bia\n") == 0, "%d: %s", status, output);
}
END_TEST

int main(void)
{
    const TTest *const site[] = {the_site_marks_the_lines_that_a_step_adds,
        the_site_lists_pages_in_the_order_of_the_readme, NULL};
    const TTest *const interface[] = {the_interface_sets_a_call_of_python_as_code, NULL};
    const TTest *const counts[] = {docs_counts_the_lines_anew, NULL};
    const TTest *const library[] = {the_library_is_used_in_an_own_program, NULL};
    int failed = run_table("book", a_drift_is_named_at_its_line, sizeof(drifts) / sizeof(*drifts));
    failed |= run_table("lesson", the_lesson_adds_a_command, 2);
    const struct test_group groups[] = {{"counts", counts}, {"interface", interface},
        {"site", site}, {"library", library}, {NULL, NULL}};
    return run_suite("writes", groups) || failed;
}
