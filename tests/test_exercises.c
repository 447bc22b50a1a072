/*
 * tests/exercises.sh, tried on an exercise whose programs are scripts, which end in various ways.
 */
// Plain variant only.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

#define DIRECTORY "02-two/exercises/3-words"
#define PLACE "# 2.3 A title\\n\\n★★☆ · 15 minutes · extend\\n"
#define ASSERTION "echo test.c:9:F:a:b:0: not so; exit 1"
#define HINTS "# 2.3 Hints\\n\\n## Where\\n\\nThere.\\n\\n## How\\n\\nSo.\\n"
#define PASSES "echo 100%: Checks: 2, Failures: 0, Errors: 0"

#define MISS "/* NEAR MISS: wrong.\n * Says: not so */"
#define MISS_OF(tool) "/* NEAR MISS: wrong.\n * Found by: " tool "\n * Says: not so */"

/* In place of Valgrind this script runs. */
#define WITH_VALGRIND(script, command)                                                             \
    "list; mkdir bin; printf '#!/bin/sh\\n" script "\\n' >bin/valgrind; chmod +x bin/valgrind; "   \
    "export VALGRIND; PATH=$PWD/bin:$PATH \"$here\" " command "; exit; :"

/* Tries the exercise, does something, and lists. */
#define PROGRAM "build/" DIRECTORY "/exercise"
#define TRIED(command) "try " DIRECTORY " exercise; sleep 0.01; " command "; \"$here\" list"
#define VALGRIND_TRIED                                                                             \
    "list; (VALGRIND=1; " WITH_VALGRIND(                                                           \
        "exit 0", "try " DIRECTORY " exercise") "); "                                              \
                                                "VALGRIND= \"$here\" list"

/* In place of the program with sanitizers a script runs. */
#define WITH_SANITIZERS(script, command)                                                           \
    "list; export MAKE=true; build=build/address-undefined; mkdir -p $build/" DIRECTORY "; "       \
    "touch $build/libcommon.a; printf '#!/bin/sh\\n" script "\\n' >$build/" DIRECTORY              \
    "/exercise; chmod +x $build/" DIRECTORY "/exercise; \"$here\" " command "; exit; :"

#define NO_MISS NULL, NULL, false

static const struct row {
    const char *command, *skeleton, *solution; /* the script that each is */
    const char *source, *readme;               /* NULL: as they should be */
    int status;
    const char *said;
    const char *miss, *miss_source; /* the script of a near miss, unless NULL, and its comment */
    bool sanitize;                  /* the build has AddressSanitizer */
} rows[] = {
    {"check", ASSERTION, PASSES, NULL, NULL, 0, "1 exercises, 0 faults in them", NO_MISS},
    {"check", PASSES, PASSES, NULL, NULL, 1, "exercise.c: has to fail by an assertion", NO_MISS},
    {"check", "echo test.c:5:E:a:b:0: Signal; " ASSERTION, PASSES, NULL, NULL, 1,
        "exercise.c: has to fail by an assertion", NO_MISS},
    {"check", "echo test.c:9:F:a:b:0: no; echo ==1==ERROR: Address; exit 1", PASSES, NULL, NULL, 1,
        "exercise.c: has to fail by an assertion", NO_MISS},
    {"check", "echo a.c:1:2: runtime error: b; " ASSERTION, PASSES, NULL, NULL, 1,
        "exercise.c: has to fail by an assertion", NO_MISS},
    {"check", "kill -SEGV $$", PASSES, NULL, NULL, 1, "exercise.c: has to fail by an assertion",
        NO_MISS},
    {"check", ASSERTION, ASSERTION, NULL, NULL, 1, "it said: test.c:9:F:a:b:0: not so", NO_MISS},
    {"check", ASSERTION, ASSERTION, NULL, NULL, 1, "solution.c: does not pass test.c", NO_MISS},
    {"check", ASSERTION, "echo 100%: Checks: 0, Failures: 0, Errors: 0", NULL, NULL, 1,
        "solution.c: does not pass test.c", NO_MISS},
    {"check", ASSERTION, PASSES, "/* here */", NULL, 1, "exercise.c: marks no place", NO_MISS},
    {"check", ASSERTION, PASSES, NULL, "# 2.3 A title", 1, "README.md: needs a line with stars",
        NO_MISS},
    {"check && :", ASSERTION, PASSES, NULL, NULL, 1, "check: no exercise to check (CHAPTER?)",
        NO_MISS},
    {"try", ASSERTION, PASSES, NULL, NULL, 1,
        "2.3: not yet. This failure is the exercise: read 02-two", NO_MISS},
    {"try", PASSES, PASSES, NULL, NULL, 0, "2.3: solved.", NO_MISS},
    {"try", "echo LOOP_DEBUG=$LOOP_DEBUG; exit 1", PASSES, NULL, NULL, 1, "LOOP_DEBUG=1\n",
        NO_MISS},
    {WITH_VALGRIND("echo Invalid read; exit 9", "try " DIRECTORY " exercise valgrind"), PASSES,
        PASSES, NULL, NULL, 1,
        "Invalid read\n2.3: not yet. The test passes, but Valgrind has seen an error", NO_MISS},
    {WITH_VALGRIND("exit 0", "try " DIRECTORY " exercise valgrind"), PASSES, PASSES, NULL, NULL, 0,
        "2.3: solved.", NO_MISS},
    {WITH_SANITIZERS("echo ==1==ERROR: here; exit 1", "try " DIRECTORY " exercise sanitizers"),
        "echo a.c:1:E:a:b:0: Received signal 11; exit 1", PASSES, NULL, NULL, 1,
        "is one of memory:\n==1==ERROR: here\n2.3: not yet. This failure", NO_MISS},
    {"list; VALGRIND=1; " WITH_VALGRIND("echo Invalid read; exit 9", "try " DIRECTORY " exercise"),
        PASSES, PASSES, NULL, NULL, 1, "Invalid read\n2.3: not yet. This failure", NO_MISS},
    {"hint", PASSES, PASSES, NULL, NULL, 0,
        "## Where\n\nThere.\n\nThere is another: make hint N=2.3 HINT=2\n", NO_MISS},
    {"list; rm " DIRECTORY "/hint.md; \"$here\" check", ASSERTION, PASSES, NULL, NULL, 1,
        "hint.md: is missing", NO_MISS},
    {"list; rm " DIRECTORY "/solution.md; \"$here\" check", ASSERTION, PASSES, NULL, NULL, 1,
        "solution.md: is missing", NO_MISS},
    {"check", ASSERTION, PASSES, NULL, PLACE "<details>\\n", 1, "hides something in <details>",
        NO_MISS},
    {"list", ASSERTION, PASSES, NULL, NULL, 0,
        "  2.3  ★★☆  15 minutes  extend               open            A title\n", NO_MISS},
    {"list", PASSES, PASSES, NULL, NULL, 0, "passes          A title\n\"passes\" is the plain test",
        NO_MISS},
    {TRIED("echo solved"), PASSES, PASSES, NULL, NULL, 0, "extend               solved", NO_MISS},
    {TRIED("echo again >" PROGRAM), PASSES, PASSES, NULL, NULL, 0, "extend               open",
        NO_MISS},
    {VALGRIND_TRIED, PASSES, PASSES, NULL, NULL, 0, "extend               passes", NO_MISS},
    {WITH_VALGRIND("exit 9", "try " DIRECTORY " exercise valgrind; \"$here\" list " DIRECTORY),
        PASSES, PASSES, NULL, NULL, 0, "extend               passes", NO_MISS},
    {"list; sed -i s/extend/meça/ " DIRECTORY "/README.md; \"$here\" list", PASSES, PASSES, NULL,
        NULL, 0, "  meça                 passes          A title\n", NO_MISS},
    {"list", NULL, PASSES, NULL, NULL, 0, "does not build", NO_MISS},
    {"check", ASSERTION, PASSES, NULL, NULL, 0, "1 exercises, 0 faults", ASSERTION, MISS, false},
    {"check", ASSERTION, PASSES, NULL, NULL, 1, "one.c: has to fail", PASSES, MISS, false},
    {"check", ASSERTION, PASSES, NULL, NULL, 1, "the message to contain \"not so\"",
        "echo test.c:9:F:a:b:0: wrong; exit 1", MISS, false},
    {"check", ASSERTION, PASSES, NULL, NULL, 1, "one.c: has to fail",
        "echo test.c:9:E:a:b:0: Test timeout, not so; exit 1", MISS, false},
    {"check", ASSERTION, PASSES, NULL, NULL, 1, "one.c: begins with", ASSERTION, "/* wrong */",
        false},
    {"check", ASSERTION, PASSES, NULL, NULL, 1, "one.c: begins with", ASSERTION,
        "/* NEAR MISS: wrong */", false},
    {"check", ASSERTION, PASSES, NULL, NULL, 0, "0 faults", PASSES, MISS_OF("address"), false},
    {"check", "echo a.c:9:F:a:b:0: no; exit 1", PASSES, NULL, NULL, 1, "one.c: has to fail", PASSES,
        MISS_OF("address"), true},
    {"check", "echo a.c:9:F:a:b:0: no; exit 1", PASSES, NULL, NULL, 0, "0 faults",
        "echo ==1==ERROR: AddressSanitizer: not so; exit 1", MISS_OF("address"), true},
    {"check", ASSERTION, PASSES, NULL, NULL, 0, "0 faults",
        "echo ==1==ERROR: AddressSanitizer: not so; exit 1", MISS, true},
    {"check", ASSERTION, PASSES, NULL, NULL, 1, "knows address and valgrind", ASSERTION,
        MISS_OF("magic"), false},
    {"list; rm " DIRECTORY "/near-misses/two.c; \"$here\" check", ASSERTION, PASSES, NULL, NULL, 1,
        "near-misses: needs two", ASSERTION, MISS, false},
};

/* Runs a shell in the directory root, with the text of its command; what it says is to be freed. */
static char *run_shell(const char *root, const char *command, int *status)
{
    char whole[4096];
    snprintf(whole, sizeof(whole), "cd %s && { %s; } 2>&1", root, command);
    FILE *shell = popen(whole, "r");
    ck_assert_ptr_nonnull(shell);
    char *said = calloc(1, 16384);
    ck_assert_ptr_nonnull(said);
    size_t size = fread(said, 1, 16383, shell);
    said[size] = '\0';
    *status = pclose(shell);
    *status = WIFEXITED(*status) ? WEXITSTATUS(*status) : -1;
    return said;
}

static void make_program(const char *root, const char *name, const char *script)
{
    char command[1024];
    snprintf(command, sizeof(command),
        "printf '#!/bin/sh\\n%%s\\n' '%s' >build/" DIRECTORY "/%s && chmod +x build/" DIRECTORY
        "/%s",
        script, name, name);
    int status;
    free(run_shell(root, command, &status));
    ck_assert_int_eq(status, 0);
}

static void make_near_miss(
    const char *root, const char *name, const char *script, const char *source)
{
    char command[1024], program[64];
    snprintf(command, sizeof(command),
        "mkdir -p " DIRECTORY "/near-misses build/" DIRECTORY
        "/near-misses && echo '%s' >" DIRECTORY "/near-misses/%s.c",
        source, name);
    int status;
    free(run_shell(root, command, &status));
    ck_assert_int_eq(status, 0);
    snprintf(program, sizeof(program), "near-misses/%s", name);
    make_program(root, program, script);
}

static void make_exercise(const char *root, const struct row *row)
{
    char command[1024];
    snprintf(command, sizeof(command),
        "mkdir -p " DIRECTORY " build/" DIRECTORY " && touch " DIRECTORY "/exercise.h"
        " && echo '%s' >" DIRECTORY "/exercise.c && printf '%s' >" DIRECTORY "/README.md"
        " && printf '" HINTS "' >" DIRECTORY "/hint.md && echo '# 2.3 The solution' >" DIRECTORY
        "/solution.md && touch -d yesterday " DIRECTORY "/exercise.c",
        row->source ? row->source : "/* EXERCISE: here */", row->readme ? row->readme : PLACE);
    int status;
    free(run_shell(root, command, &status));
    ck_assert_int_eq(status, 0);
    if (row->skeleton)
        make_program(root, "exercise", row->skeleton);
    make_program(root, "solution", row->solution);
    if (row->miss) {
        make_near_miss(root, "one", row->miss, row->miss_source);
        make_near_miss(root, "two", ASSERTION, MISS);
    }
}

START_TEST(what_is_said)
{
    const struct row *row = &rows[_i];
    char root[64];
    temporary_directory(root, "exercises");
    make_exercise(root, row);

    char here[1024], command[2048];
    ck_assert_ptr_nonnull(getcwd(here, sizeof(here)));
    snprintf(command, sizeof(command),
        "here='%s/tests/exercises.sh'; export LC_ALL=en OUT=build %s; \"$here\" %s " DIRECTORY
        " %s",
        here, row->sanitize ? "SANITIZE=address" : "SANITIZE=", row->command,
        strcmp(row->command, "try") == 0    ? "exercise"
        : strcmp(row->command, "hint") == 0 ? "1"
                                            : "");
    int status;
    char *said = run_shell(root, command, &status);
    ck_assert_msg(status == row->status && strstr(said, row->said),
        "status %d, not %d, and said\n%sand not \"%s\"", status, row->status, said, row->said);
    free(said);
}
END_TEST

int main(void)
{
    return run_table("exercises", what_is_said, sizeof(rows) / sizeof(*rows));
}
