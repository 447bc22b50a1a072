/* Mistakes planted inside tasks: the sanitizers and Valgrind report each at its line, and nothing
 * where there is none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "planted.h"
#include "support_runtime.h"

static const char *program; /* this one's path */

static bool under_valgrind(void)
{
    const char *valgrind = getenv("VALGRIND");
    return valgrind && *valgrind;
}

static void execute(void *words)
{
    const char *const *word = words;
    if (under_valgrind())
        execlp("valgrind", "valgrind", program, word[0], word[1], (char *)NULL);
    else
        execl(program, program, word[0], word[1], (char *)NULL);
}

static int run(const char *name, const char *how, char **errors)
{
    return run_apart(execute, (const char *[]){name, how}, errors);
}

/* What follows the last announcement. */
static const char *report_in(const char *errors)
{
    const char *report = errors;
    for (const char *next; (next = strstr(report, "planted at "));)
        report = strchr(next, '\n') + 1;
    return report;
}

/* Whether the report has the place at the start of the announcement, and not one that begins so. */
static bool names(const char *report, const char *place, size_t length)
{
    for (const char *found = report; (found = strstr(found, "planted.c:")); found += length)
        if (strncmp(found, place, length) == 0 && !strchr("0123456789", found[length]))
            return true;
    return false;
}

/* Fails unless the report says what kind of mistake it is, and names every line announced; the
 * line it names first has to be one of them. */
static void is_reported(const char *name, const char *kind)
{
    char *errors;
    int status = run(name, "wrong", &errors);
    const char *report = report_in(errors), *first = strstr(report, "planted.c:");
    bool right = status != 0 && report > errors && first && strstr(report, kind), is_first = false;
    for (const char *place = errors; right && (place = strstr(place, "planted at ")); place++) {
        place += strlen("planted at ");
        size_t length = strcspn(place, "\n");
        right = names(report, place, length);
        is_first = is_first || strncmp(first, place, length) == 0;
    }
    if (!right || !is_first)
        ck_abort_msg(
            "%s: status %d, no report of %s at its lines:\n%.1500s", name, status, kind, errors);
    free(errors);
}

static void is_not_reported(const char *name)
{
    char *errors;
    int status = run(name, "right", &errors);
    if (status != 0 || report_in(errors) == errors || *report_in(errors))
        ck_abort_msg("%s: status %d without a mistake:\n%.1500s", name, status, errors);
    free(errors);
}

static void is_found(const char *name, const char *kind)
{
    is_not_reported(name);
    is_reported(name, kind);
}

START_TEST(overflows_are_found)
{
    is_found("overflow", "stack-buffer-overflow");
    is_reported("overflow", "'array' (line "); /* whose stack it is was told, too */
    is_found("overflow_on_a_used_stack", "stack-buffer-overflow");
    is_found("heap_overflow", "heap-buffer-overflow");
}
END_TEST

START_TEST(use_after_free_is_found)
{
    is_found("use_after_free", "heap-use-after-free");
}
END_TEST

START_TEST(use_after_return_is_found)
{
    char options[256];
    const char *given = getenv("ASAN_OPTIONS");
    snprintf(options, sizeof options, "%s:detect_stack_use_after_return=1", given ? given : "");
    setenv("ASAN_OPTIONS", options, 1);
    is_found("use_after_return", "stack-use-after-return");
    is_found("overflow_on_a_used_stack", "stack-buffer-overflow");
}
END_TEST

START_TEST(arithmetic_is_found)
{
    is_found("count_too_far", "runtime error: signed integer overflow");
}
END_TEST

START_TEST(races_are_found)
{
    is_found("race", "data race");
}
END_TEST

START_TEST(valgrind_finds_them)
{
    is_found("use_uninitialised", "depends on uninitialised value");
    is_found("heap_overflow", "Invalid write of size 1");
    is_found("use_after_free", "Invalid read of size 1");
}
END_TEST

int main(int argc, char **argv)
{
    if (argc == 3)
        return run_planted(argv[1], strcmp(argv[2], "wrong") == 0);
    program = argv[0];
    const char *watched_by = under_valgrind() ? "valgrind" : getenv("SANITIZE");
    const struct test_group groups[] = {
        {"address", (const TTest *const[]){overflows_are_found, use_after_free_is_found,
                        use_after_return_is_found, NULL}},
        {"undefined", (const TTest *const[]){arithmetic_is_found, NULL}},
        {"thread", (const TTest *const[]){races_are_found, NULL}},
        {"valgrind", (const TTest *const[]){valgrind_finds_them, NULL}},
    };
    struct test_group chosen[sizeof groups / sizeof *groups + 1] = {{NULL, NULL}};
    size_t count = 0;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (watched_by && strstr(watched_by, groups[i].name))
            chosen[count++] = groups[i];
    if (!count) {
        puts("planted: skipped: neither a sanitizer nor Valgrind watches");
        return EXIT_SUCCESS;
    }
    return run_suite("planted", chosen);
}
