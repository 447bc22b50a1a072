/*
 * The benchmarks that take the name of a file for their results: an option is no such name.
 */
// Plain variant only.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

int main(void)
{
    return run_table("bench", an_option_is_no_name_of_a_file, sizeof(wrong) / sizeof(*wrong));
}
