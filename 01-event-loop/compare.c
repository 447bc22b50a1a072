/*
 * Does the same work many times: one after another, in processes, in threads, on libuv's thread
 * pool, and as tasks on the loop. Prints a table of what each way costs.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "01-event-loop/compare_measure.h"
#include "common/language.h"
#include "common/program.h"

#define NAME_COLUMNS 26
#define BAR_COLUMNS 24

static struct {
    long tasks, wait; /* how many times, and how many milliseconds each time */
    const char *work; /* "io", "cpu" or "both" */
} settings = {20, 100, "both"};

static const char *const purpose[] = {
    "Compara as formas de executar o mesmo trabalho muitas vezes.",
    "Compares the ways to do the same work many times.",
};

static const struct program_option options[] = {
    {"tasks", OPTION_COUNT, &settings.tasks, "N", {"quantas vezes", "how many times"}, 1, 1e4},
    {"wait", OPTION_COUNT, &settings.wait, "MS",
        {"milissegundos de cada vez", "milliseconds each time"}, 1, 1e5},
    {"work", OPTION_TEXT, &settings.work, "io|cpu|both",
        {"esperar, calcular, ou ambos", "waiting, computing, or both"}, 0, 0},
    {0},
};

/* Pads the UTF-8 text to that many columns. A negative number aligns it at the right. */
static void print_cell(const char *text, int columns)
{
    int continued = 0; /* bytes that take no column: all but a character's first */
    for (const char *c = text; *c; c++)
        continued += (*c & 0xC0) == 0x80;
    printf("%*s", columns < 0 ? -columns + continued : -(columns + continued), text);
}

/* The smallest part has a bar of one column. */
static void print_bar(double part)
{
    int columns = (int)(part * BAR_COLUMNS + 0.5);
    for (int i = 0; i == 0 || i < columns; i++)
        fputs("█", stdout);
    putchar('\n');
}

static void print_heading(void)
{
    print_cell("", NAME_COLUMNS);
    print_cell(tr("tempo", "time"), -10);
    print_cell("CPU", -10);
    print_cell(tr("memória", "memory"), -11);
    print_cell(tr("razão", "ratio"), -8);
    putchar('\n');
}

/* The longest time fills its bar's columns. A way that did less work than the others has no bar. */
static void print_table(const struct measure *measures)
{
    double longest = 0;
    for (size_t i = 0; i < COMPARE_WAYS; i++)
        longest = measures[i].wall > longest ? measures[i].wall : longest;

    print_heading();
    for (size_t i = 0; i < COMPARE_WAYS; i++) {
        const struct measure *measure = &measures[i];
        print_cell(tr(compare_ways[i].name[0], compare_ways[i].name[1]), NAME_COLUMNS);
        printf("%8.3f s%8.3f s%8.1f MB%8.2f  ", measure->wall, measure->cpu,
            (double)measure->memory / 1e6, measure->wall / measures[0].wall);
        if (measure->failed)
            printf("(%zu/%ld)\n", (size_t)settings.tasks - measure->failed, settings.tasks);
        else
            print_bar(measure->wall / longest);
    }
}

static void print_failures(const struct measure *measures)
{
    for (size_t i = 0; i < COMPARE_WAYS; i++)
        if (measures[i].error)
            fprintf(stderr, tr("%s: %zu de %ld não feitas: %s\n", "%s: %zu of %ld not done: %s\n"),
                tr(compare_ways[i].name[0], compare_ways[i].name[1]), measures[i].failed,
                settings.tasks, uv_strerror(measures[i].error));
}

/* Returns the exit status. */
static int compare(struct work work)
{
    struct measure measures[COMPARE_WAYS] = {0};
    bool failed = false;
    for (size_t i = 0; i < COMPARE_WAYS; i++) {
        int error = measure_way(&measures[i], &compare_ways[i], &work, (size_t)settings.tasks);
        if (error)
            return program_end(error, "%s", tr(compare_ways[i].name[0], compare_ways[i].name[1]));
        failed = failed || measures[i].error;
    }
    print_table(measures);
    print_failures(measures);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int compare_waiting(void)
{
    printf(tr("%ld vezes esperar %ld ms\n", "%ld times waiting for %ld ms\n"), settings.tasks,
        settings.wait);
    return compare((struct work){.kind = WORK_IO, .seconds = (double)settings.wait / 1000});
}

static int compare_computing(void)
{
    printf(tr("%ld vezes calcular por %ld ms (%u CPUs)\n",
               "%ld times computing for %ld ms (%u CPUs)\n"),
        settings.tasks, settings.wait, uv_available_parallelism());
    return compare(
        (struct work){.kind = WORK_CPU, .rounds = work_rounds((double)settings.wait / 1000)});
}

static bool is_chosen(const char *kind)
{
    return strcmp(settings.work, "both") == 0 || strcmp(settings.work, kind) == 0;
}

static int refuse_work(void)
{
    fprintf(stderr,
        tr("compare: valor inválido em --work=%s: use io, cpu ou both\n",
            "compare: bad value in --work=%s: use io, cpu or both\n"),
        settings.work);
    return 2;
}

int main(int argc, char **argv)
{
    program_start(argc, argv, purpose, options);
    bool io = is_chosen("io"), cpu = is_chosen("cpu");
    if (!io && !cpu)
        return refuse_work();
    int status = io ? compare_waiting() : EXIT_SUCCESS;
    if (io && cpu)
        putchar('\n');
    if (cpu && status == EXIT_SUCCESS)
        status = compare_computing();
    return status;
}
