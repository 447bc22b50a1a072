/*
 * tests/exercises.sh: what it says of an exercise whose programs are scripts that end in this way
 * or that.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

#define PLACE "# 2.3 A title\\n\\n★★☆ · 15 minutes · extend\\n"
#define ASSERTION "echo test.c:9:F:a:b:0: not so; exit 1"
#define PASSES "echo 100%: Checks: 2, Failures: 0, Errors: 0"

static const struct row {
    const char *command, *skeleton, *solution; /* the script that each is */
    const char *source, *readme;               /* NULL: as they should be */
    int status;
    const char *said;
} rows[] = {
    {"check", ASSERTION, PASSES, NULL, NULL, 0, "1 exercises, 0 faults in them"},
    {"check", PASSES, PASSES, NULL, NULL, 1, "exercise.c: has to fail by an assertion"},
    {"check", "echo test.c:5:E:a:b:0: Signal; " ASSERTION, PASSES, NULL, NULL, 1,
        "exercise.c: has to fail by an assertion"},
    {"check", "echo test.c:9:F:a:b:0: no; echo ==1==ERROR: Address; exit 1", PASSES, NULL, NULL, 1,
        "exercise.c: has to fail by an assertion"},
    {"check", "echo a.c:1:2: runtime error: b; " ASSERTION, PASSES, NULL, NULL, 1,
        "exercise.c: has to fail by an assertion"},
    {"check", "kill -SEGV $$", PASSES, NULL, NULL, 1, "exercise.c: has to fail by an assertion"},
    {"check", ASSERTION, ASSERTION, NULL, NULL, 1, "it said: test.c:9:F:a:b:0: not so"},
    {"check", ASSERTION, ASSERTION, NULL, NULL, 1, "solution.c: does not pass test.c"},
    {"check", ASSERTION, "echo 100%: Checks: 0, Failures: 0, Errors: 0", NULL, NULL, 1,
        "solution.c: does not pass test.c"},
    {"check", ASSERTION, PASSES, "/* here */", NULL, 1, "exercise.c: marks no place"},
    {"check", ASSERTION, PASSES, NULL, "# 2.3 A title", 1, "README.md: needs a line with stars"},
    {"check && :", ASSERTION, PASSES, NULL, NULL, 1, "check: no exercise to check (CHAPTER?)"},
    {"try", ASSERTION, PASSES, NULL, NULL, 1,
        "2.3: not yet. This failure is the exercise: read 02-two"},
    {"try", PASSES, PASSES, NULL, NULL, 0, "2.3: solved."},
    {"list", ASSERTION, PASSES, NULL, NULL, 0,
        "  2.3  ★★☆  15 minutes  extend               open            A title\n"},
    {"list", PASSES, PASSES, NULL, NULL, 0, "solved"},
    {"list", NULL, PASSES, NULL, NULL, 0, "does not build"},
};

#define DIRECTORY "02-two/exercises/3-words"

/* Runs a shell in the directory root, with the text of its command; what it says is to be freed. */
static char *run_shell(const char *root, const char *command, int *status)
{
    char whole[4096];
    snprintf(whole, sizeof whole, "cd %s && { %s; } 2>&1", root, command);
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
    snprintf(command, sizeof command,
        "printf '#!/bin/sh\\n%%s\\n' '%s' >build/" DIRECTORY "/%s && chmod +x build/" DIRECTORY
        "/%s",
        script, name, name);
    int status;
    free(run_shell(root, command, &status));
    ck_assert_int_eq(status, 0);
}

static void make_exercise(const char *root, const struct row *row)
{
    char command[1024];
    snprintf(command, sizeof command,
        "mkdir -p " DIRECTORY " build/" DIRECTORY " && touch " DIRECTORY "/exercise.h"
        " && echo '%s' >" DIRECTORY "/exercise.c && printf '%s' >" DIRECTORY "/README.md"
        " && touch -d yesterday " DIRECTORY "/exercise.c",
        row->source ? row->source : "/* EXERCISE: here */", row->readme ? row->readme : PLACE);
    int status;
    free(run_shell(root, command, &status));
    ck_assert_int_eq(status, 0);
    if (row->skeleton)
        make_program(root, "exercise", row->skeleton);
    make_program(root, "solution", row->solution);
}

START_TEST(what_is_said)
{
    const struct row *row = &rows[_i];
    char root[] = "/tmp/test-exercises-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(root));
    make_exercise(root, row);

    char here[1024], command[2048];
    ck_assert_ptr_nonnull(getcwd(here, sizeof here));
    snprintf(command, sizeof command,
        "LC_ALL=en OUT=build '%s/tests/exercises.sh' %s " DIRECTORY " %s", here, row->command,
        strcmp(row->command, "try") == 0 ? "exercise" : "");
    int status, removed;
    char *said = run_shell(root, command, &status);
    snprintf(command, sizeof command, "rm -r %s", root);
    free(run_shell("/tmp", command, &removed));
    ck_assert_msg(status == row->status && strstr(said, row->said),
        "status %d, not %d, and said\n%sand not \"%s\"", status, row->status, said, row->said);
    free(said);
}
END_TEST

int main(void)
{
    return run_table("exercises", what_is_said, sizeof rows / sizeof *rows);
}
