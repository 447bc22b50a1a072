/*
 * The runtime's costs beside bare libuv's and Python's asyncio, on the same works, in one run.
 *
 *     runtime [JSON-FILE]     RUNS=n: how often each is measured
 */
#include "runtime.h"

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "report.h"

enum stack { OURS, LIBUV, ASYNCIO };

static struct row rows[] = {
    {.name = "switch", .unit = "ns", .goal = 3},
    {.name = "yield_1000", .unit = "ns", .goal = 10},
    {.name = "spawn_join", .unit = "ns", .goal = 350},
    {.name = "gather_10000", .unit = "ns", .goal = 150},
    {.name = "cancel_join", .unit = "ns", .goal = 400},
    {.name = "executor", .unit = "ns", .goal = 1.1, .goal_is_ratio = true},
    {.name = "timers_1m", .unit = "ns", .goal = 0.3, .goal_is_ratio = true},
    {.name = "memory_100k", .unit = "bytes", .goal = 4300},
};

static const struct work {
    const char *name;
    enum stack stack;
    double (*measure)(void);
} works[] = {
    {"switch", OURS, ours_switch},
    {"yield_1000", OURS, ours_yield},
    {"spawn_join", OURS, ours_spawn_join},
    {"gather_10000", OURS, ours_gather},
    {"cancel_join", OURS, ours_cancel_join},
    {"executor", OURS, ours_executor},
    {"executor", LIBUV, libuv_executor},
    {"timers_1m", OURS, ours_timers},
    {"timers_1m", LIBUV, libuv_timers},
    {"memory_100k", OURS, ours_memory},
};

double per_unit(uint64_t start, double units)
{
    return (double)(uv_hrtime() - start) / units;
}

void must(int error, const char *what)
{
    if (!error)
        return;
    fprintf(stderr, "runtime: %s: %s\n", what, uv_strerror(error));
    exit(EXIT_FAILURE);
}

static void measure_asyncio(struct report *report)
{
    char name[64];
    double sample;
    FILE *python = popen("python3 tests/bench/runtime_asyncio.py 2>/dev/null", "re");
    while (python && fscanf(python, "%63s %lf", name, &sample) == 2)
        report_add(report, name, ASYNCIO, sample);
    if (python)
        pclose(python);
}

/* The stacks take turns, so that a noisy moment touches all of them. */
static void measure_all(struct report *report)
{
    int runs = report_runs();
    for (int run = 0; run < runs; run++) {
        fprintf(stderr, "run %d of %d\n", run + 1, runs);
        for (size_t i = 0; i < sizeof(works) / sizeof(*works); i++)
            report_add(report, works[i].name, works[i].stack, works[i].measure());
        measure_asyncio(report);
    }
}

int main(int argc, char **argv)
{
    struct report report = {{"ours", "libuv", "asyncio"}, rows, sizeof(rows) / sizeof(*rows)};
    const char *file = report_file(argc, argv, 0, "[JSON-FILE]");
    measure_all(&report);
    report_print(&report);
    if (file)
        report_write_json(&report, file);
    return EXIT_SUCCESS;
}
