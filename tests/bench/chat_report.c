#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chat.h"
#include "common/language.h"

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

const char *chat_unit(enum metric metric)
{
    switch (metric) {
    case COST:
        return tr("ns/entrega", "ns/delivery");
    case MEDIAN:
        return "us p50";
    case PERCENTILE_99:
        return "us p99";
    case ACCEPT:
    case JOIN:
        return tr("us/cliente", "us/client");
    case MEMORY:
        return tr("bytes/cliente", "bytes/client");
    default:
        return tr("% da taxa", "% of rate");
    }
}

static size_t find_work(const struct chat_results *results, const struct chat_figure *figure)
{
    size_t work = 0;
    while (work < results->work_count && strcmp(results->works[work].name, figure->work) != 0)
        work++;
    return work;
}

void chat_label(
    const struct chat_results *results, const struct chat_figure *figure, char label[LABEL_SIZE])
{
    const char *words = tr(figure->label[0], figure->label[1]), *mark = strstr(words, "%zu");
    size_t work = find_work(results, figure);
    size_t clients = work < results->work_count ? results->works[work].size.clients : 0;
    if (mark)
        snprintf(label, LABEL_SIZE, "%.*s%zu%s", (int)(mark - words), words, clients,
            mark + strlen("%zu"));
    else
        snprintf(label, LABEL_SIZE, "%s", words);
}

struct chat_summary chat_summarize(
    const struct chat_results *results, size_t server, const struct chat_figure *figure)
{
    size_t work = find_work(results, figure);
    size_t count = work < results->work_count ? results->rounds[server][work] : 0;
    if (count == 0)
        return (struct chat_summary){0};
    double sorted[MOST_ROUNDS];
    memcpy(sorted, results->values[server][work][figure->metric], count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), compare);
    double median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
    return (struct chat_summary){
        .measured = true, .median = median, .least = sorted[0], .most = sorted[count - 1]};
}

bool chat_was_measured(const struct chat_results *results, const struct chat_figure *figure)
{
    for (size_t server = 0; server < CHAT_SERVERS; server++)
        if (chat_summarize(results, server, figure).measured)
            return true;
    return false;
}

/* "4220 ±3% 1.2x": half of the spread; how many times ours. */
static void print_summary(struct chat_summary it, struct chat_summary ours, bool has_ratio)
{
    char spread[16] = "", ratio[16] = "";
    if (!it.measured) {
        printf(" %9s %5s%7s", "-", "", has_ratio ? "-" : "");
        return;
    }
    if (it.median > 0)
        snprintf(spread, sizeof(spread), "±%.0f%%", (it.most - it.least) / it.median * 50);
    if (has_ratio && ours.median > 0)
        snprintf(ratio, sizeof(ratio), "%.2fx", it.median / ours.median);
    /* The sign takes two bytes and one column. */
    printf(it.median < 100 ? " %9.1f %-6s%7s" : " %9.0f %-6s%7s", it.median, spread, ratio);
}

static void print_figure(const struct chat_results *results, const struct chat_figure *figure)
{
    struct chat_summary ours = chat_summarize(results, 0, figure);
    char label[LABEL_SIZE];
    chat_label(results, figure, label);
    int bytes_beyond_columns = 0;
    for (const char *c = label; *c; c++)
        bytes_beyond_columns += (*c & 0xC0) == 0x80;
    printf("%-*s %-13s", 25 + bytes_beyond_columns, label, chat_unit(figure->metric));
    for (size_t server = 0; server < CHAT_SERVERS; server++)
        if (results->servers[server].present)
            print_summary(chat_summarize(results, server, figure), ours,
                server > 0 && figure->metric != KEPT);
    if (figure->goal > 0 && !results->quick)
        printf(" %s %6g", figure->metric == KEPT ? "≥" : "≤", figure->goal);
    putchar('\n');
}

static void explain(const struct chat_results *results)
{
    puts(
        tr("\nMedianas das rodadas; ± é metade da faixa delas. 2.00x: custa o dobro do que custa o "
           "nosso no mesmo trabalho;\nabaixo de 1.00x, é o outro que custa menos.",
            "\nMedians of the rounds; ± is half of their range. 2.00x: it costs twice what ours "
            "costs for "
            "the same work;\nbelow 1.00x, it is the other one that costs less."));
    if (!results->quick)
        puts(tr(
            "meta: o que se queria do nosso em outra máquina. Aqui compare com os outros, medidos "
            "ao lado (o bun, sobretudo).",
            "to reach: what was wanted of ours on another machine. Here, compare with the others, "
            "measured beside it (bun above all)."));
}

void chat_print_table(const struct chat_results *results)
{
    printf("%-39s", tr("mediana ±metade da faixa, x nosso", "median ±half the range, x ours"));
    for (size_t server = 0; server < CHAT_SERVERS; server++)
        if (results->servers[server].present)
            printf(" %15s%7s", results->servers[server].name, "");
    puts(results->quick ? "" : tr("     meta", " to reach"));
    for (const struct chat_figure *figure = results->figures; figure->name; figure++)
        if (chat_was_measured(results, figure))
            print_figure(results, figure);
    explain(results);
}

static void write_figure(
    FILE *file, const struct chat_results *results, const struct chat_figure *figure)
{
    static const char *const units[METRICS] = {"ns", "us", "us", "us", "bytes", "%", "us"};
    fprintf(file,
        "{\"name\": \"%s\", \"clients\": %zu, \"unit\": \"%s\", \"goal\": %g, \"servers\": {",
        figure->name, results->works[find_work(results, figure)].size.clients,
        units[figure->metric], results->quick ? 0 : figure->goal);
    const char *separator = "";
    for (size_t server = 0; server < CHAT_SERVERS; server++) {
        struct chat_summary it = chat_summarize(results, server, figure);
        if (!it.measured)
            continue;
        fprintf(file, "%s\"%s\": {\"median\": %.1f, \"least\": %.1f, \"most\": %.1f}", separator,
            results->servers[server].name, it.median, it.least, it.most);
        separator = ", ";
    }
    fputs("}}", file);
}

int chat_write_json(const struct chat_results *results, const char *path)
{
    FILE *file = fopen(path, "we");
    if (!file)
        return -errno;
    const char *separator = "";
    fprintf(file, "{\"quick\": %s, \"figures\": [\n ", results->quick ? "true" : "false");
    for (const struct chat_figure *figure = results->figures; figure->name; figure++) {
        if (!chat_was_measured(results, figure))
            continue;
        fputs(separator, file);
        write_figure(file, results, figure);
        separator = ",\n ";
    }
    fputs("]}\n", file);
    return fclose(file) ? -errno : 0;
}
