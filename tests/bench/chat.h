/*
 * The works and figures of the chat's benchmark, and what was measured: chat.c measures,
 * chat_report.c and chat_chart.c show it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "chat_load.h"

#define MOST_ROUNDS 15
#define MOST_WORKS 20
#define CHAT_SERVERS 4 /* ours is the first */

/* What one run of a server on a work yields. */
enum metric {
    COST,   /* processor time of the server, ns a delivery */
    MEDIAN, /* from sending to arrival, microseconds */
    PERCENTILE_99,
    ACCEPT, /* processor time of the server, microseconds a client accepted and greeted */
    MEMORY, /* resident, bytes a client, after the senders have spoken */
    KEPT,   /* messages a second while one more reads nothing, in percent of those without it */
    JOIN,   /* processor time of the server, microseconds a client accepted and named */
    METRICS
};

struct chat_work {
    const char *name;
    struct load_size size;
    struct load_plan plan;
    bool in_quick; /* also in a run that only proves that it works */
    bool deaf;     /* carried out again with one more client, which reads nothing */
    bool names;    /* each client takes a name, instead of the plan */
};

/* A line of the table: a metric of a work. */
struct chat_figure {
    const char *name, *work;
    enum metric metric;
    double goal;          /* what ours is to be at the most (KEPT: at the least); 0: none */
    const char *label[2]; /* in Portuguese, in English; %zu is how many clients there were */
};

struct chat_server {
    const char *name;
    const char *arguments[12]; /* of its command; NULL ends them */
    const char *probe;         /* a shell command that succeeds where it is installed */
    bool present;
};

/* All that was measured. */
struct chat_results {
    struct chat_server *servers;   /* CHAT_SERVERS */
    const struct chat_work *works; /* as they were carried out */
    size_t work_count;
    bool quick;                        /* with few clients, for moments only: no goals */
    const struct chat_figure *figures; /* a nameless one ends them */
    size_t rounds[CHAT_SERVERS][MOST_WORKS];
    double values[CHAT_SERVERS][MOST_WORKS][METRICS][MOST_ROUNDS];
};

/* What a metric's values are, in the user's language. */
const char *chat_unit(enum metric metric);

#define LABEL_SIZE 64

/* The figure's label, in the user's language. */
void chat_label(
    const struct chat_results *results, const struct chat_figure *figure, char label[LABEL_SIZE]);

struct chat_summary {
    bool measured;
    double median, least, most;
};

/* What the rounds yielded for a server's figure. */
struct chat_summary chat_summarize(
    const struct chat_results *results, size_t server, const struct chat_figure *figure);

/* Whether any server was measured for it. */
bool chat_was_measured(const struct chat_results *results, const struct chat_figure *figure);

/* A line each figure: medians, spread, and how many times ours a peer takes; and what that means.
 */
void chat_print_table(const struct chat_results *results);

/* Write a file; return 0 or a negative errno. */
int chat_write_json(const struct chat_results *results, const char *path);
int chat_write_chart(const struct chat_results *results, const char *path);
