/* The costs of a delivery as bars, on a logarithmic scale; it follows the reader's light or dark.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "chat.h"
#include "common/language.h"

#define WIDTH 860
#define LEFT 230  /* where the bars begin */
#define RIGHT 700 /* where the scale ends; behind it is room for a bar's words */
#define TOP 80    /* of the first group */
#define BAR 14
#define BAR_STEP 17
#define GROUP_GAP 16

/* What the chart has room for: the powers of ten that its scale goes over, and its height. */
struct chart {
    FILE *file;
    const struct chat_results *results;
    int first_power, last_power, height;
};

static bool is_shown(const struct chat_results *results, const struct chat_figure *figure)
{
    return figure->metric == COST && chat_was_measured(results, figure);
}

static double place_of(const struct chart *chart, double value)
{
    double part = (log10(value) - chart->first_power) / (chart->last_power - chart->first_power);
    return LEFT + (RIGHT - LEFT) * (part < 0 ? 0 : part);
}

static void measure_chart(struct chart *chart)
{
    double least = 1e9, most = 1;
    chart->height = TOP;
    for (const struct chat_figure *figure = chart->results->figures; figure->name; figure++) {
        if (!is_shown(chart->results, figure))
            continue;
        chart->height += GROUP_GAP;
        for (size_t server = 0; server < CHAT_SERVERS; server++) {
            struct chat_summary it = chat_summarize(chart->results, server, figure);
            if (!it.measured)
                continue;
            chart->height += BAR_STEP;
            least = fmin(least, it.median);
            most = fmax(most, it.median);
        }
    }
    chart->first_power = (int)floor(log10(fmax(1, fmin(least, most / 10))));
    chart->last_power = (int)ceil(log10(most));
}

static void draw_head(const struct chart *chart)
{
    fprintf(chart->file,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">\n"
        "<title>%s</title>\n"
        "<style>\n"
        "svg{background:#fff}text{font:13px system-ui,sans-serif;fill:#1f2328}\n"
        ".title{font-size:16px;font-weight:600}.small{fill:#59636e}.end{text-anchor:end}\n"
        ".ours{font-weight:600}.grid{stroke:#d1d9e0}\n"
        ".bar0{fill:#0969da}.bar1{fill:#bc7d00}.bar2{fill:#1a8754}.bar3{fill:#a24bb8}\n"
        "@media(prefers-color-scheme:dark){svg{background:#0d1117}text{fill:#e6edf3}\n"
        ".small{fill:#9198a1}.grid{stroke:#3d444d}\n"
        ".bar0{fill:#4493f8}.bar1{fill:#d29922}.bar2{fill:#3fb950}.bar3{fill:#c77ddb}}\n"
        "</style>\n<text class=\"title\" x=\"16\" y=\"26\">%s</text>\n",
        WIDTH, chart->height + 16, tr("O custo de uma entrega", "What a delivery costs"),
        tr("O custo de uma entrega: tempo de processador do servidor, em ns",
            "What a delivery costs: the server's processor time, in ns"));
    fprintf(chart->file, "<text class=\"small\" x=\"16\" y=\"46\">%s</text>\n",
        tr("escala logarítmica; menos é melhor", "logarithmic scale; less is better"));
}

static void draw_scale(const struct chart *chart)
{
    for (int power = chart->first_power; power <= chart->last_power; power++) {
        double x = place_of(chart, pow(10, power));
        fprintf(chart->file,
            "<path class=\"grid\" d=\"M%.1f %dV%d\"/>"
            "<text class=\"small\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%.0f</text>\n",
            x, TOP, chart->height, x, TOP - 6, pow(10, power));
    }
}

static void draw_bar(const struct chart *chart, size_t server, double value, int y)
{
    double end = place_of(chart, value);
    fprintf(chart->file,
        "<rect class=\"bar%zu\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>"
        "<text%s x=\"%.1f\" y=\"%d\">%.0f <tspan class=\"small\">%s</tspan></text>\n",
        server, LEFT, y, end - LEFT, BAR, server == 0 ? " class=\"ours\"" : "", end + 6, y + 12,
        value, chart->results->servers[server].name);
}

static void draw_groups(const struct chart *chart)
{
    int y = TOP;
    for (const struct chat_figure *figure = chart->results->figures; figure->name; figure++) {
        if (!is_shown(chart->results, figure))
            continue;
        y += GROUP_GAP;
        char label[LABEL_SIZE];
        chat_label(chart->results, figure, label);
        fprintf(chart->file, "<text class=\"end\" x=\"%d\" y=\"%d\">%s</text>\n", LEFT - 10, y + 12,
            label);
        for (size_t server = 0; server < CHAT_SERVERS; server++) {
            struct chat_summary it = chat_summarize(chart->results, server, figure);
            if (!it.measured)
                continue;
            draw_bar(chart, server, it.median, y);
            y += BAR_STEP;
        }
    }
}

int chat_write_chart(const struct chat_results *results, const char *path)
{
    struct chart chart = {.file = fopen(path, "we"), .results = results};
    if (!chart.file)
        return -errno;
    measure_chart(&chart);
    draw_head(&chart);
    draw_scale(&chart);
    draw_groups(&chart);
    fputs("</svg>\n", chart.file);
    return fclose(chart.file) ? -errno : 0;
}
