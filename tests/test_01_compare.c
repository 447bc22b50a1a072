/* Chapter 1's compare: its table, and how the costs of the ways relate. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "01-event-loop/compare"

static const char *const ways[] = {
    "uma após a outra", "processos", "threads", "pool de threads da libuv", "tarefas no loop"};
static const char *const ways_in_english[] = {
    "one after another", "processes", "threads", "libuv's thread pool", "tasks on the loop"};

struct row {
    double wall, cpu, memory, ratio;
};

static char *table(const char *tasks, const char *wait, const char *work)
{
    char *output, *errors;
    const char *words[] = {"--tasks", tasks, "--wait", wait, "--work", work, NULL};
    ck_assert_int_eq(child_run(PROGRAM, words, &output, &errors), 0);
    ck_assert_str_eq(errors, ""); /* no terminal: no progress */
    free(errors);
    return output;
}

/* The line that begins with name. */
static const char *line_of(const char *output, const char *name)
{
    char start[64];
    snprintf(start, sizeof(start), "\n%s  ", name);
    const char *line = strstr(output, start);
    if (!line)
        ck_abort_msg("no line \"%s\" in:\n%s", name, output);
    return line + 1;
}

static struct row row_of(const char *output, const char *name)
{
    struct row row;
    const char *numbers = line_of(output, name) + strlen(name);
    int count =
        sscanf(numbers, "%lf s%lf s%lf MB%lf", &row.wall, &row.cpu, &row.memory, &row.ratio);
    if (count != 4)
        ck_abort_msg("not a row: %s", numbers);
    return row;
}

START_TEST(the_table_has_each_way)
{
    char *output = table("2", "1", "both");
    for (size_t i = 0; i < 5; i++) {
        const char *first = line_of(output, ways[i]);
        line_of(first, ways[i]); /* another one is in the second table */
        ck_assert_double_gt(row_of(output, ways[i]).memory, 0);
    }
    ck_assert_double_eq(row_of(output, ways[0]).ratio, 1);
    ck_assert_ptr_nonnull(strstr(output, "█"));
    free(output);
}
END_TEST

START_TEST(english_too)
{
    struct child child;
    child_start(&child, PROGRAM,
        (const char *[]){"--tasks", "1", "--wait", "1", "--work", "io", NULL},
        (const char *[]){"LC_ALL=en_US.UTF-8", NULL});
    char *output = child_rest(&child);
    ck_assert_int_eq(child_wait(&child), 0);
    for (size_t i = 0; i < 5; i++)
        row_of(output, ways_in_english[i]);
    free(output);
}
END_TEST

/* One wait is 0.05 of all, and the pool's five are 0.25. */
static bool is_shared(const char *output)
{
    bool all = row_of(output, "tarefas no loop").ratio <= 0.4;
    for (size_t i = 1; i < 5; i++)
        all = all && row_of(output, ways[i]).ratio <= 0.9;
    return all;
}

/* Where to start a process takes long, under Valgrind or on a busy machine, longer waits show it.
 */
static char *table_of_shared_waits(void)
{
    const char *valgrind = getenv("VALGRIND");
    char *output = table("20", valgrind && *valgrind ? "500" : "100", "io");
    if (is_shared(output))
        return output;
    free(output);
    return table("20", "1000", "io");
}

START_TEST(waiting_is_shared_by_all_but_the_first)
{
    char *output = table_of_shared_waits();
    struct row first = row_of(output, ways[0]);
    ck_assert_double_ge(first.wall, 20 * 0.1);
    for (size_t i = 1; i < 5; i++) {
        struct row row = row_of(output, ways[i]);
        ck_assert_double_ge(row.wall, 0.1);
        ck_assert_double_eq_tol(row.ratio, row.wall / first.wall, 0.01);
    }
    ck_assert_msg(is_shared(output), "%s", output);
    free(output);
}
END_TEST

START_TEST(computing_costs_the_same_cpu_in_every_way)
{
    char *output = table("8", "40", "cpu");
    double cpu = row_of(output, ways[0]).cpu;
    ck_assert_double_gt(cpu, 0.08);
    for (size_t i = 1; i < 5; i++)
        ck_assert_double_ge(row_of(output, ways[i]).cpu, cpu / 2);
    struct row tasks = row_of(output, "tarefas no loop");
    ck_assert_double_ge(tasks.wall, tasks.cpu * 0.7); /* only one task runs at a time */
    free(output);
}
END_TEST

START_TEST(every_process_counts_in_the_memory)
{
    char *few = table("1", "50", "io"), *many = table("100", "50", "io");
    double one = row_of(few, "processos").memory, hundred = row_of(many, "processos").memory;
    ck_assert_double_gt(hundred, one + 99 * 0.02);
    free(few);
    free(many);
}
END_TEST

static void is_rejected(const char *name, const char *value)
{
    char *output, *errors;
    const char *words[] = {name, value, NULL};
    ck_assert_int_eq(child_run(PROGRAM, words, &output, &errors), 2);
    ck_assert_str_eq(output, "");
    ck_assert_ptr_nonnull(strstr(errors, name));
    free(output);
    free(errors);
}

START_TEST(bad_options_are_rejected_by_name)
{
    is_rejected("--tasks", "0");
    is_rejected("--tasks", "many");
    is_rejected("--wait", "-1");
    is_rejected("--work", "play");
    is_rejected("--work", "");
    is_rejected("--nothing", NULL);
}
END_TEST

int main(void)
{
    return run_suite("01_compare",
        (struct test_group[]){
            {"table", (const TTest *const[]){the_table_has_each_way, english_too, NULL}},
            {"costs", (const TTest *const[]){waiting_is_shared_by_all_but_the_first,
                          computing_costs_the_same_cpu_in_every_way,
                          every_process_counts_in_the_memory, NULL}},
            {"options", (const TTest *const[]){bad_options_are_rejected_by_name, NULL}},
            {NULL, NULL}});
}
