/* The cost of the hooks of a loop without an observer: counted in conditional branches and in
 * instructions, which are the same each time, and not in time. */
// Not under an emulator.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "support.h"

#define FEW 1000
#define MANY 6000

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__x86_64__)
#define COUNTABLE false
#else
#define COUNTABLE true
#endif

/* A look at the observer is one branch, whatever the compiler and the libraries are: the number of
 * looks is what every system checks. How many instructions they are depends on both. In GCC 12's
 * code on Debian 12, for which 2.5 % was measured, that is checked as well. */
static const struct {
    const char *operation;
    double max_looks;
} bounds[] = {{"yield", 8}, {"spawn", 8}, {"sleep", 10}, {"stream", 22}};

#if __GNUC__ == 12 && !defined(__clang__) && UV_VERSION_MINOR == 44
#define MAX_COST 0.025 /* of an operation's instructions */
#else
#define MAX_COST 1
#endif

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

struct cost {
    double instructions, branches;
};

/* What a run of trace_cost takes. */
static struct cost cost_of_run(const char *program, const char *operation, int times)
{
    char command[512], line[256], *numbers = NULL;
    struct cost cost = {0, 0};
    snprintf(command, sizeof(command),
        "valgrind --tool=callgrind --branch-sim=yes --callgrind-out-file=/dev/null "
        "%s/tests/%s %s %d 2>&1",
        *variable("OUT") ? variable("OUT") : "build/plain", program, operation, times);
    FILE *output = popen(command, "re");
    ck_assert_ptr_nonnull(output);
    while (fgets(line, sizeof(line), output))
        if ((numbers = strstr(line, "Collected : ")))
            sscanf(numbers, "Collected : %lf %lf", &cost.instructions, &cost.branches);
    ck_assert_int_eq(pclose(output), 0);
    ck_assert(cost.instructions > 0 && cost.branches > 0);
    return cost;
}

/* Beginning and end of the program count in neither. */
static struct cost cost_each(const char *program, const char *operation)
{
    struct cost few = cost_of_run(program, operation, FEW);
    struct cost many = cost_of_run(program, operation, MANY);
    return (struct cost){(many.instructions - few.instructions) / (MANY - FEW),
        (many.branches - few.branches) / (MANY - FEW)};
}

START_TEST(no_recording_costs_next_to_nothing)
{
    if (!COUNTABLE || *variable("VALGRIND") || system("command -v valgrind >/dev/null")) {
        puts("not counted: needs valgrind, x86-64, and a build without sanitizers");
        return;
    }
    const char *operation = bounds[_i].operation;
    struct cost with = cost_each("trace_cost", operation);
    struct cost without = cost_each("trace_cost_untraced", operation);
    double looks = with.branches - without.branches;
    printf("%s: %.0f instructions, %.0f without the %.1f looks\n", operation, with.instructions,
        without.instructions, looks);
    ck_assert_double_gt(looks, 0);
    ck_assert_double_le(looks, bounds[_i].max_looks);
    ck_assert_double_le(with.instructions, without.instructions * (1 + MAX_COST));
}
END_TEST

int main(void)
{
    return run_table(
        "trace_cost", no_recording_costs_next_to_nothing, sizeof(bounds) / sizeof(*bounds));
}
