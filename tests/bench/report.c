#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNS 5

const char *report_file(int argc, char **argv, int programs, const char *usage)
{
    bool is_valid = argc > programs && argc <= programs + 2;
    for (int i = 1; i < argc; i++)
        is_valid = is_valid && argv[i][0] != '-';
    if (is_valid)
        return argv[programs + 1];
    fprintf(stderr, "usage: %s %s\n", argv[0], usage);
    exit(EXIT_FAILURE);
}

int report_runs(void)
{
    const char *text = getenv("RUNS");
    int runs = text ? atoi(text) : RUNS;
    return runs < 1 ? 1 : runs > MOST_RUNS ? MOST_RUNS : runs;
}

void report_add(struct report *report, const char *name, size_t stack, double sample)
{
    for (size_t i = 0; i < report->count; i++) {
        struct row *row = &report->rows[i];
        if (strcmp(row->name, name) != 0)
            continue;
        row->samples[stack][row->count[stack]++] = sample;
        return;
    }
    fprintf(stderr, "no row of the report is called %s\n", name);
    exit(EXIT_FAILURE);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts the samples. Returns the middle one; 0 when there are none. */
static double median(struct row *row, size_t stack)
{
    size_t count = row->count[stack];
    qsort(row->samples[stack], count, sizeof(double), compare);
    return count ? row->samples[stack][count / 2] : 0;
}

static size_t stack_count(const struct report *report)
{
    size_t count = 0;
    while (count < MOST_STACKS && report->stacks[count])
        count++;
    return count;
}

static void print_goal(const struct row *row, double ours, double second)
{
    double goal = row->goal_is_ratio ? row->goal * second : row->goal;
    if (goal > 0)
        printf(" %9.1f %s", goal, ours <= goal ? "reached" : "missed");
}

static void print_row(struct row *row, size_t stacks)
{
    double ours = median(row, 0);
    printf("%-14s %-5s %9.1f %8.1f..%-8.1f", row->name, row->unit, ours, row->samples[0][0],
        row->samples[0][row->count[0] ? row->count[0] - 1 : 0]);
    for (size_t stack = 1; stack < stacks; stack++) {
        double theirs = median(row, stack);
        if (theirs > 0)
            printf(" %10.1f %7.4g", theirs, ours / theirs);
        else
            printf(" %10s %7s", "-", "-");
    }
    print_goal(row, ours, stacks > 1 ? median(row, 1) : 0);
    putchar('\n');
}

void report_print(struct report *report)
{
    size_t stacks = stack_count(report);
    printf("%-14s %-5s %9s %18s", "work", "unit", report->stacks[0], "least..most");
    for (size_t stack = 1; stack < stacks; stack++)
        printf(" %10s %7s", report->stacks[stack], "ratio");
    printf(" %9s\n", "to reach");
    for (size_t i = 0; i < report->count; i++)
        print_row(&report->rows[i], stacks);
    puts("\nMedians of the runs. ratio: ours divided by theirs, so below 1 ours costs less.");
    puts("to reach: what ours is to cost at most; \"missed\": here it cost more. Where that is no");
    puts("part of what another stack costs in the same run, it was set on another machine.");
}

static void write_row(FILE *file, struct row *row, const struct report *report)
{
    fprintf(file, "{\"name\": \"%s\", \"unit\": \"%s\"", row->name, row->unit);
    for (size_t stack = 0; stack < stack_count(report); stack++) {
        fprintf(file, ", \"%s\": ", report->stacks[stack]);
        if (row->count[stack])
            fprintf(file, "%.2f", median(row, stack));
        else
            fputs("null", file);
    }
    fputc('}', file);
}

void report_write_json(struct report *report, const char *path)
{
    FILE *file = fopen(path, "we");
    for (size_t i = 0; file && i < report->count; i++) {
        fputs(i ? ",\n " : "[", file);
        write_row(file, &report->rows[i], report);
    }
    if (file)
        fputs("]\n", file);
    if (!file || fclose(file)) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}
