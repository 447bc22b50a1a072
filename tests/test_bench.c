/*
 * The benchmarks that take the name of a file for their results: an option is no such name. And
 * scale.py, which compares what it computes with docs/scale.md.
 */
// Plain variant only.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shell.h"
#include "support.h"

#define RUNTIME "build/plain/tests/bench/runtime"
#define ECHO "build/plain/tests/bench/echo"

static const struct {
    const char *program, *words[6], *no_file;
} wrong[] = {
    {RUNTIME, {"--help"}, "--help"},
    {RUNTIME, {"-h"}, "-h"},
    {RUNTIME, {"-"}, "-"},
    {RUNTIME, {"bench.json", "--help"}, "bench.json"},
    {RUNTIME, {"bench.json", "another.json"}, "bench.json"},
    {ECHO, {"--help"}, "--help"},
    {ECHO, {"true", "true", "--help"}, "--help"},
    {ECHO, {"true", "true", "bench.json", "-x"}, "bench.json"},
    {ECHO, {"true"}, "true"},
};

START_TEST(an_option_is_no_name_of_a_file)
{
    char *errors;
    int status = child_run(wrong[_i].program, wrong[_i].words, NULL, &errors);
    ck_assert_msg(
        status == 1 && strncmp(errors, "usage: ", 7) == 0, "status %d: %s", status, errors);
    ck_assert_int_ne(access(wrong[_i].no_file, F_OK), 0);
    free(errors);
}
END_TEST

/* Each command of sed gives a claim a number that is right elsewhere on the page; the last one
 * changes nothing. */
static const struct {
    const char *page, *change, *sentence;
} claims[] = {
    {"scale.md", "s/is next\\*\\*, at 240,000/is next**, at 12,000/", "**The stream is next**"},
    {"scale.md", "s/^| Redis, for a message | [0-9.]*/| Redis, for a message | 4/",
        "| Redis, for a message |"},
    {"scale.md", "s/, 4,950 with 100/, 45 with 100/", "In all that is 45 keys"},
    {"scale.pt-BR.md", "s/vem o stream\\*\\*, com 240.000/vem o stream**, com 12.000/",
        "**Depois vem o stream**"},
    {"scale.pt-BR.md", "s/2,6 mil/2.6 mil/", "acaba em 2,6 milhões"},
    {"scale.md", "", ""},
};

START_TEST(a_claim_is_compared_where_it_stands)
{
    char command[512], output[4096];
    snprintf(command, sizeof(command),
        "exec 2>&1; directory=$(mktemp -d); sed '%s' docs/%s >$directory/%s; "
        "tests/bench/scale.py $directory/%s; echo status $?; rm -r $directory",
        claims[_i].change, claims[_i].page, claims[_i].page, claims[_i].page);
    ck_assert_int_eq(shell_run(command, output, sizeof(output)), 0);
    const char *status = *claims[_i].change ? "status 1\n" : "status 0\n";
    ck_assert_msg(strstr(output, status) && strstr(output, claims[_i].sentence), "%s", output);
}
END_TEST

int main(void)
{
    int failed = run_table("bench", an_option_is_no_name_of_a_file, sizeof(wrong) / sizeof(*wrong));
    return run_table(
               "scale", a_claim_is_compared_where_it_stands, sizeof(claims) / sizeof(*claims)) ||
           failed;
}
