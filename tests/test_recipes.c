/* The recipes of docs/from-asyncio.md do what they say. */
// Not under an emulator.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

static void prints_with(const char *word, const char *path, const char *expected)
{
    char *output, *errors;
    int status = child_run(path, (const char *[]){word, NULL}, &output, &errors);
    ck_assert_str_eq(output, expected);
    ck_assert_str_eq(errors, "");
    ck_assert_int_eq(status, 0);
    free(output);
    free(errors);
}

static void prints(const char *path, const char *expected)
{
    prints_with(NULL, path, expected);
}

START_TEST(the_first_of_several)
{
    prints("docs/recipes/first-of-several", "Bia answered first\n");
}
END_TEST

START_TEST(the_first_of_several_that_finish_at_once)
{
    unsetenv("LOOP_SEED");
    prints_with("0", "docs/recipes/first-of-several", "Ana answered first\n");
}
END_TEST

/* On a busy machine a try may take so long that no time is left for the others. */
static bool is_late(const char *output, int tries)
{
    int done;
    return strstr(output, "no more time") && sscanf(output, "tries: %d", &done) == 1 &&
           done < tries;
}

/* Runs the program again if it was late. */
static void retry_prints(const char *word, int tries, const char *end)
{
    char expected[64], *output = NULL;
    snprintf(expected, sizeof(expected), "tries: %d, then %s\n", tries, end);
    for (int i = 0; !output || (is_late(output, tries) && i < 20); i++) {
        const char *words[] = {word, NULL};
        free(output);
        ck_assert_int_eq(child_run("docs/recipes/retry", words, &output, NULL), 0);
    }
    ck_assert_str_eq(output, expected);
    free(output);
}

START_TEST(a_retry_with_two_deadlines)
{
    retry_prints(NULL, 3, "no more time");
}
END_TEST

START_TEST(a_retry_that_succeeds)
{
    retry_prints("0", 1, "an answer");
    retry_prints("1", 2, "an answer");
}
END_TEST

START_TEST(lines_from_standard_input)
{
    struct child child;
    child_start(&child, "docs/recipes/standard-input", (const char *[]){NULL}, NULL);
    ck_assert_int_eq(write(child.input, "um\ndois\n", 8), 8);
    close(child.input);
    child.input = -1;
    ck_assert_str_eq(child_line(&child), "1: um");
    ck_assert_str_eq(child_line(&child), "2: dois");
    ck_assert_int_eq(child_wait(&child), 0);
}
END_TEST

START_TEST(no_more_than_two_at_once)
{
    prints("docs/recipes/at-most", "6 downloads, at most 2 at once\n");
}
END_TEST

START_TEST(a_task_in_the_background)
{
    prints("docs/recipes/background", "the request is answered\nthe mail was sent\n");
}
END_TEST

START_TEST(a_pipeline_of_three)
{
    prints("docs/recipes/pipeline", "1\n4\n9\n16\n25\n");
}
END_TEST

/* loop_init fails, so there is no loop to run or to close. Closing one would read what happens to
 * be on the stack, and end well now and then: so each recipe is tried four times. */
START_TEST(a_loop_that_cannot_be_made)
{
    static const char *const recipes[] = {
        "at-most", "background", "first-of-several", "pipeline", "retry", "standard-input"};
    const char *root = getenv("BIN");
    char command[512];
    for (size_t i = 0; i < 4 * sizeof(recipes) / sizeof(*recipes); i++) {
        snprintf(command, sizeof(command),
            "exec </dev/null; ulimit -n 6; exec env -i '%s/docs/recipes/%s'", root ? root : ".",
            recipes[i / 4]);
        int status = system(command);
        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 1, "%s: status %x", command,
            (unsigned)status);
    }
}
END_TEST

int main(void)
{
    return run_suite("recipes",
        (struct test_group[]){
            {"recipes", (const TTest *const[]){the_first_of_several,
                            the_first_of_several_that_finish_at_once, a_retry_with_two_deadlines,
                            a_retry_that_succeeds, lines_from_standard_input,
                            no_more_than_two_at_once, a_task_in_the_background, a_pipeline_of_three,
                            a_loop_that_cannot_be_made, NULL}},
            {NULL, NULL}});
}
