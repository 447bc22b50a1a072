/*
 * The runtime's costs beside bare libuv's and Python's asyncio, on the same works, in one run.
 *
 *     runtime [JSON-FILE]     RUNS=n: how often each is measured, 5 at the least otherwise
 */
#include "runtime.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define MOST_RUNS 101
#define RUNS 5

enum stack { OURS, LIBUV, ASYNCIO, STACKS };

struct work {
    const char *name, *unit;
    double goal; /* as ours is to be; of libuv's if it is a ratio */
    bool goal_is_ratio;
    double (*measure[2])(void);
    double samples[STACKS][MOST_RUNS];
    size_t count[STACKS];
};

static struct work works[] = {
    {"switch", "ns", 3, false, {ours_switch, NULL}, {{0}}, {0}},
    {"yield_1000", "ns", 10, false, {ours_yield, NULL}, {{0}}, {0}},
    {"spawn_join", "ns", 350, false, {ours_spawn_join, NULL}, {{0}}, {0}},
    {"gather_10000", "ns", 150, false, {ours_gather, NULL}, {{0}}, {0}},
    {"cancel_join", "ns", 400, false, {ours_cancel_join, NULL}, {{0}}, {0}},
    {"executor", "ns", 1.1, true, {ours_executor, libuv_executor}, {{0}}, {0}},
    {"timers_1m", "ns", 0.3, true, {ours_timers, libuv_timers}, {{0}}, {0}},
    {"memory_100k", "bytes", 4300, false, {ours_memory, NULL}, {{0}}, {0}},
};
#define WORKS (sizeof(works) / sizeof(*works))

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

/*
 * Measuring
 */

static void add_sample(struct work *work, enum stack stack, double sample)
{
    work->samples[stack][work->count[stack]++] = sample;
}

static void measure_asyncio(void)
{
    char name[64];
    double sample;
    FILE *python = popen("python3 tests/bench/runtime_asyncio.py 2>/dev/null", "re");
    while (python && fscanf(python, "%63s %lf", name, &sample) == 2)
        for (size_t i = 0; i < WORKS; i++)
            if (strcmp(works[i].name, name) == 0)
                add_sample(&works[i], ASYNCIO, sample);
    if (python)
        pclose(python);
}

/* The stacks take turns, so that a noisy moment touches all of them. */
static void measure_all(int runs)
{
    for (int run = 0; run < runs; run++) {
        fprintf(stderr, "run %d of %d\n", run + 1, runs);
        for (size_t i = 0; i < WORKS; i++)
            for (enum stack stack = OURS; stack <= LIBUV; stack++)
                if (works[i].measure[stack])
                    add_sample(&works[i], stack, works[i].measure[stack]());
        measure_asyncio();
    }
}

/*
 * Showing
 */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts the samples. Returns the middle one. */
static double median(struct work *work, enum stack stack)
{
    size_t count = work->count[stack];
    qsort(work->samples[stack], count, sizeof(double), compare);
    return count ? work->samples[stack][count / 2] : 0;
}

static void print_work(struct work *work)
{
    double ours = median(work, OURS), libuv = median(work, LIBUV), asyncio = median(work, ASYNCIO);
    double goal = work->goal_is_ratio ? work->goal * libuv : work->goal;
    printf("%-13s %-5s %9.1f %8.1f..%-8.1f", work->name, work->unit, ours, work->samples[OURS][0],
        work->samples[OURS][work->count[OURS] - 1]);
    if (libuv > 0)
        printf(" %9.1f %6.2f", libuv, ours / libuv);
    else
        printf(" %9s %6s", "-", "-");
    if (asyncio > 0)
        printf(" %9.1f %7.4f", asyncio, ours / asyncio);
    else
        printf(" %9s %7s", "-", "-");
    printf(" %9.1f %s\n", goal, ours <= goal ? "reached" : "missed");
}

static void print_table(void)
{
    printf("%-13s %-5s %9s %18s %9s %6s %9s %7s %9s\n", "work", "unit", "ours", "least..most",
        "libuv", "ratio", "asyncio", "ratio", "to reach");
    for (size_t i = 0; i < WORKS; i++)
        print_work(&works[i]);
}

static void write_number(FILE *file, const char *name, double number)
{
    if (number > 0)
        fprintf(file, ", \"%s\": %.2f", name, number);
    else
        fprintf(file, ", \"%s\": null", name);
}

static void write_json(const char *path)
{
    FILE *file = fopen(path, "we");
    if (!file) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    for (size_t i = 0; i < WORKS; i++) {
        fprintf(file, "%s{\"name\": \"%s\", \"unit\": \"%s\"", i ? ",\n " : "[", works[i].name,
            works[i].unit);
        write_number(file, "ours", median(&works[i], OURS));
        write_number(file, "libuv", median(&works[i], LIBUV));
        write_number(file, "asyncio", median(&works[i], ASYNCIO));
        fputc('}', file);
    }
    fputs("]\n", file);
    if (fclose(file)) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

int main(int argc, char **argv)
{
    const char *text = getenv("RUNS");
    int runs = text ? atoi(text) : RUNS;
    measure_all(runs < 1 ? 1 : runs > MOST_RUNS ? MOST_RUNS : runs);
    print_table();
    if (argc > 1)
        write_json(argv[1]);
    return EXIT_SUCCESS;
}
