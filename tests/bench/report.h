/*
 * What a benchmark has measured: works in rows, the stacks that do them in columns, ours first.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define MOST_STACKS 4
#define MOST_RUNS 101

/* One work. The samples are the report's; all zero is none. */
struct row {
    const char *name, *unit;
    double goal;        /* what ours is to cost at the most; 0: nothing is said */
    bool goal_is_ratio; /* of what the second stack costs */
    double samples[MOST_STACKS][MOST_RUNS];
    size_t count[MOST_STACKS];
};

struct report {
    const char *stacks[MOST_STACKS]; /* up to the first NULL */
    struct row *rows;
    size_t count;
};

/* Returns the file for the results, the argument after so many programs, or NULL if there is none.
 * Ends the program with its usage if there are more or fewer arguments, or if one begins with "-".
 */
const char *report_file(int argc, char **argv, int programs, const char *usage);

/* How often each work is to be measured: the variable RUNS in the environment, or 5. */
int report_runs(void);

/* Keeps a sample of the row of that name; a name that there is not is an error of the benchmark,
 * which ends. */
void report_add(struct report *report, const char *name, size_t stack, double sample);

/* Prints the medians: ours with its spread and its goal, the others with the ratio of ours to
 * theirs. */
void report_print(struct report *report);

/* Writes [{"name": ..., "unit": ..., STACK: median or null, ...}, ...], or ends the program. */
void report_write_json(struct report *report, const char *path);
