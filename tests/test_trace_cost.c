/* The cost of the hooks of a loop without an observer: counted in instructions, which are the same
 * each time, and not in time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

#define MAX_COST 0.025 /* of an operation's instructions */
#define FEW 1000
#define MANY 6000

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__x86_64__)
#define COUNTABLE false
#else
#define COUNTABLE true
#endif

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

/* The instructions that a run of trace_cost takes. */
static double instructions(const char *program, const char *operation, int times)
{
    char command[512], line[256], *number = NULL;
    double count = 0;
    snprintf(command, sizeof(command),
        "valgrind --tool=callgrind --callgrind-out-file=/dev/null %s/tests/%s %s %d 2>&1",
        *variable("OUT") ? variable("OUT") : "build/plain", program, operation, times);
    FILE *output = popen(command, "re");
    ck_assert_ptr_nonnull(output);
    while (fgets(line, sizeof(line), output))
        if ((number = strstr(line, "Collected : ")))
            count = atof(number + strlen("Collected : "));
    ck_assert_int_eq(pclose(output), 0);
    ck_assert(count > 0);
    return count;
}

/* Beginning and end of the program count in neither. */
static double instructions_each(const char *program, const char *operation)
{
    return (instructions(program, operation, MANY) - instructions(program, operation, FEW)) /
           (MANY - FEW);
}

START_TEST(no_recording_costs_next_to_nothing)
{
    static const char *const operations[] = {"yield", "spawn", "sleep", "stream"};
    if (!COUNTABLE || *variable("VALGRIND") || system("command -v valgrind >/dev/null")) {
        puts("not counted: needs valgrind, x86-64, and a build without sanitizers");
        return;
    }
    double with = instructions_each("trace_cost", operations[_i]);
    double without = instructions_each("trace_cost_untraced", operations[_i]);
    printf("%s: %.0f instructions, %.0f without asking\n", operations[_i], with, without);
    ck_assert_double_gt(without, 0);
    ck_assert_double_le(with, without * (1 + MAX_COST));
}
END_TEST

int main(void)
{
    return run_table("trace_cost", no_recording_costs_next_to_nothing, 4);
}
