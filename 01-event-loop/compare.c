/*
 * The same work done many times: one after another, in processes, in threads, on libuv's thread
 * pool, and as tasks on the loop. What each way costs, in a table.
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

/* UTF-8 text in so many columns, on the left; below 0: on the right. */
static void print_cell(const char *text, int columns)
{
    int continued = 0; /* bytes that take no column of their own */
    for (const char *c = text; *c; c++)
        continued += (*c & 0xC0) == 0x80;
    printf("%*s", columns < 0 ? -columns + continued : -(columns + continued), text);
}

/* At least one column, so that there is something to see. */
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

/* The bars are as long as the time, the longest of which fills its columns. A way that did less
 * than the others has none. */
static void print_table(const struct measure *measures, size_t tasks)
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
            printf("(%zu/%zu)\n", tasks - measure->failed, tasks);
        else
            print_bar(measure->wall / longest);
    }
}

static void print_failures(const struct measure *measures, size_t tasks)
{
    for (size_t i = 0; i < COMPARE_WAYS; i++)
        if (measures[i].error)
            fprintf(stderr, tr("%s: %zu de %zu não feitas: %s\n", "%s: %zu of %zu not done: %s\n"),
                tr(compare_ways[i].name[0], compare_ways[i].name[1]), measures[i].failed, tasks,
                uv_strerror(measures[i].error));
}

/* Returns the exit status. */
static int compare(struct work work, size_t tasks, long wait)
{
    if (work.kind == WORK_IO)
        printf(tr("%zu vezes esperar %ld ms\n", "%zu times waiting for %ld ms\n"), tasks, wait);
    else
        printf(tr("%zu vezes calcular por %ld ms (%u CPUs)\n",
                   "%zu times computing for %ld ms (%u CPUs)\n"),
            tasks, wait, uv_available_parallelism());

    struct measure measures[COMPARE_WAYS] = {0};
    bool failed = false;
    for (size_t i = 0; i < COMPARE_WAYS; i++) {
        int error = measure_way(&measures[i], &compare_ways[i], &work, tasks);
        if (error)
            return program_end(error, "%s", tr(compare_ways[i].name[0], compare_ways[i].name[1]));
        failed = failed || measures[i].error;
    }
    print_table(measures, tasks);
    print_failures(measures, tasks);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static bool is_chosen(const char *kinds, const char *kind)
{
    return strcmp(kinds, "both") == 0 || strcmp(kinds, kind) == 0;
}

int main(int argc, char **argv)
{
    long tasks = 20, wait = 100;
    const char *kinds = "both";
    const struct program_option options[] = {
        {"tasks", OPTION_COUNT, &tasks, "N", {"quantas vezes", "how many times"}, 1, 1e4},
        {"wait", OPTION_COUNT, &wait, "MS", {"milissegundos de cada vez", "milliseconds each time"},
            1, 1e5},
        {"work", OPTION_TEXT, &kinds, "io|cpu|both",
            {"esperar, calcular, ou ambos", "waiting, computing, or both"}, 0, 0},
        {0},
    };
    program_start(argc, argv,
        (const char *[]){
            "Compara as formas de executar o mesmo trabalho muitas vezes.",
            "Compares the ways to do the same work many times.",
        },
        options);
    bool io = is_chosen(kinds, "io"), cpu = is_chosen(kinds, "cpu");
    if (!io && !cpu) {
        fprintf(stderr,
            tr("compare: valor inválido em --work=%s: use io, cpu ou both\n",
                "compare: bad value in --work=%s: use io, cpu or both\n"),
            kinds);
        return 2;
    }

    double seconds = (double)wait / 1000;
    int status = EXIT_SUCCESS;
    if (io)
        status = compare((struct work){.kind = WORK_IO, .seconds = seconds}, (size_t)tasks, wait);
    if (io && cpu)
        putchar('\n');
    if (cpu && status == EXIT_SUCCESS)
        status = compare(
            (struct work){.kind = WORK_CPU, .rounds = work_rounds(seconds)}, (size_t)tasks, wait);
    return status;
}
