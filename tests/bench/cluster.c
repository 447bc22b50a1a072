/*
 * One chat on several servers over Redis, beside one server alone, and beside Socket.IO's. All
 * servers and Redis share the first processor, and the load has the second: so the costs are
 * processor time, of the servers and of Redis apart, and the times are those of a machine that is
 * too small for them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cluster_stage.h"
#include "common/language.h"
#include "common/program.h"

#define SENDERS 8 /* two on each of four servers */
#define WARM_UP_SECONDS 0.3
#define MAX_ROUNDS 9
#define STACKS 2

static bool quick;
static long rounds = 1;
static const char *chosen_stack, *chosen_work;

struct work {
    const char *name;
    size_t servers; /* 0: one server without Redis */
    size_t clients; /* in the busy room */
    size_t quiet;   /* clients, each alone in its room */
    double rate;    /* messages a second; 0: as many as it takes */
};

/* In the works of one name the clients, and what they do, are the same. */
static const struct work works[] = {
    {"busy1000", 0, 1000, 0, 0},
    {"busy1000", 1, 1000, 0, 0},
    {"busy1000", 2, 1000, 0, 0},
    {"busy1000", 4, 1000, 0, 0},
    {"busy4000", 0, 4000, 0, 0},
    {"busy4000", 2, 4000, 0, 0},
    {"busy4000", 4, 4000, 0, 0},
    {"steady1000", 0, 1000, 0, 100},
    {"steady1000", 1, 1000, 0, 100},
    {"steady1000", 2, 1000, 0, 100},
    {"steady1000", 4, 1000, 0, 100},
    {"steady100", 0, 100, 0, 1000},
    {"steady100", 1, 100, 0, 1000},
    {"steady100", 2, 100, 0, 1000},
    {"steady100", 4, 100, 0, 1000},
    {"quiet", 0, 100, MAX_QUIET, 1000},
    {"quiet", 2, 100, MAX_QUIET, 1000},
    {"quiet", 4, 100, MAX_QUIET, 1000},
};

#define WORKS (sizeof(works) / sizeof(*works))

static struct stack stacks[STACKS] = {
    {"chat-server",
        {"04-chat-server/chat-server", "--port", "0", "--rate", "0", "--per-address", "0"}, NULL,
        &load_plain, "/room%zu", NULL},
    {"Socket.IO", {"node", "tests/bench/peers/chat_socketio.mjs"},
        "ls tests/bench/peers/node_modules/socket.io >/dev/null 2>&1 && node --version >/dev/null",
        &load_socket_io, "/socket.io/?EIO=4&transport=websocket&room=room%zu", "40"},
};

enum figure {
    MESSAGES,      /* a second */
    DELIVERIES,    /* a second */
    SERVERS_COST,  /* ns for a delivery */
    REDIS_COST,    /* the same */
    REDIS_OF_ONE,  /* µs for a message */
    WRITES,        /* for a message */
    READS,         /* for a message, of each server */
    MEDIAN,        /* µs to clients of the sender's server */
    PERCENTILE_99, /* the same */
    MEDIAN_ACROSS, /* to clients of the other servers */
    PERCENTILE_99_ACROSS,
    FIGURES
};

/*
 * Measuring
 */

static void take_figures(double figures[FIGURES], const struct work *work,
    const struct load_result *result, const struct stage_costs *before,
    const struct stage_costs *after)
{
    double deliveries = (double)result->deliveries, messages = (double)result->messages;
    double redis = (double)(after->redis - before->redis);
    double servers = work->servers ? (double)work->servers : 1;
    figures[MESSAGES] = messages / result->seconds;
    figures[DELIVERIES] = deliveries / result->seconds;
    figures[SERVERS_COST] = (double)(after->servers - before->servers) / deliveries;
    figures[REDIS_COST] = redis / deliveries;
    figures[REDIS_OF_ONE] = redis / messages / 1000;
    figures[WRITES] = (double)(after->writes - before->writes) / messages;
    figures[READS] = (double)(after->reads - before->reads) / messages / servers;
    figures[MEDIAN] = (double)result->median / 1000;
    figures[PERCENTILE_99] = (double)result->percentile_99 / 1000;
    figures[MEDIAN_ACROSS] = (double)result->median_across / 1000;
    figures[PERCENTILE_99_ACROSS] = (double)result->percentile_99_across / 1000;
}

static int measure(
    struct stage *stage, const struct work *work, struct load **load, double figures[FIGURES])
{
    struct load_result result;
    struct stage_costs before, after;
    struct load_plan plan = {.window = 3, .rate = work->rate, .seconds = WARM_UP_SECONDS};
    int error = load_connect_many(load, stage->stack->framing, stage->ports, stage->started,
        (struct load_size){work->clients, SENDERS, 1});
    if (!error)
        error = load_run(*load, &plan, &result);
    plan.seconds = quick ? 0.2 : work->rate > 0 ? 3 : 1.5;
    if (!error)
        error = stage_costs(stage, &before);
    if (!error)
        error = load_run(*load, &plan, &result);
    if (!error)
        error = stage_costs(stage, &after);
    if (!error)
        take_figures(figures, work, &result, &before, &after);
    return error;
}

/* Says why it failed. */
static int run(const struct stack *stack, const struct work *work, double figures[FIGURES])
{
    struct stage *stage = calloc(1, sizeof(*stage));
    struct load *load = NULL;
    if (!stage)
        return -ENOMEM;
    int error = stage_start(stage, stack, work->servers);
    if (!error)
        error = stage_open_quiet(stage, work->quiet);
    if (!error)
        error = measure(stage, work, &load, figures);
    if (error)
        printf("%-11s %7zu %7zu %5zu  %s: %s\n", stack->name, work->servers, work->clients,
            work->quiet, strerror(-error), load ? load_failure(load) : "");
    load_close(load);
    stage_stop(stage);
    free(stage);
    return error;
}

/*
 * The table
 */

static void print_head(void)
{
    double load = 0;
    getloadavg(&load, 1);
    printf(tr("Carga da máquina no último minuto: %.1f. 0 servidores: um só, sem Redis.\n",
               "The machine's load in the last minute: %.1f. 0 servers: a single one, without "
               "Redis.\n"),
        load);
    puts("            servers clients quiet   messages   deliveries servers:     Redis: "
         "µs for a    XADDs     XREADs  the same         others:\n"
         "                            rooms   a second     a second ns for a   ns for a "
         " message    for a for it, of   server:\n"
         "                                                          delivery   delivery "
         "          message   a server    p50 µs     p99     p50     p99");
}

static int compare(const void *one, const void *other)
{
    double difference = *(const double *)one - *(const double *)other;
    return (difference > 0) - (difference < 0);
}

static double median(double samples[MAX_ROUNDS], size_t count)
{
    qsort(samples, count, sizeof(*samples), compare);
    return samples[count / 2];
}

/* Of the rounds that succeeded. */
struct samples {
    size_t count;
    double of[FIGURES][MAX_ROUNDS];
};

static void print(const struct stack *stack, const struct work *work, struct samples *samples)
{
    static const char *const formats[FIGURES] = {" %10.0f", " %12.0f", " %8.0f", " %10.0f",
        " %8.1f", " %8.2f", " %10.2f", "   %7.0f", " %7.0f", " %7.0f", " %7.0f"};
    printf("%-11s %7zu %7zu %5zu", stack->name, work->servers, work->clients, work->quiet);
    size_t figures = work->rate <= 0 ? MEDIAN : work->servers > 1 ? FIGURES : MEDIAN_ACROSS;
    for (size_t i = 0; i < figures; i++)
        printf(formats[i], // NOLINT(clang-diagnostic-format-nonliteral)
            median(samples->of[i], samples->count));
    putchar('\n');
    fflush(stdout);
}

static bool is_chosen(const char *chosen_name, const char *name)
{
    return !chosen_name || strcmp(chosen_name, name) == 0;
}

/* Whether the stack is to be run. Says if it is not installed. */
static bool is_ready(const struct stack *stack)
{
    if (!is_chosen(chosen_stack, stack->name))
        return false;
    if (!stack->probe || system(stack->probe) == 0)
        return true;
    fprintf(stderr,
        tr("%s: não está instalado; make deps FOR=bench o instala\n",
            "%s: not installed; make deps FOR=bench installs it\n"),
        stack->name);
    return false;
}

static struct work work_at(size_t i)
{
    struct work work = works[i];
    if (quick) {
        work.clients = 40;
        work.quiet /= 100;
    }
    return work;
}

static int run_once(const struct stack *stack, const struct work *work, struct samples *samples)
{
    double figures[FIGURES];
    int error = run(stack, work, figures);
    for (size_t i = 0; i < FIGURES && !error; i++)
        samples->of[i][samples->count] = figures[i];
    samples->count += !error;
    return error;
}

/* Each round runs all works, so that whatever else the machine does for a while affects one sample
 * of each. A peer that cannot do a work is no failure of the benchmark. */
static int run_stack(const struct stack *stack)
{
    static struct samples samples[WORKS];
    int error = 0;
    memset(samples, 0, sizeof(samples));
    for (size_t turn = 0; turn < (size_t)rounds * WORKS; turn++) {
        size_t i = turn % WORKS;
        const struct work work = work_at(i);
        if (is_chosen(chosen_work, work.name))
            error = run_once(stack, &work, &samples[i]) || error;
    }
    for (size_t i = 0; i < WORKS; i++) {
        const struct work work = work_at(i);
        if (samples[i].count > 0)
            print(stack, &work, &samples[i]);
    }
    return stack->probe ? 0 : error;
}

int main(int argc, char **argv)
{
    program_start(argc, argv,
        (const char *const[]){"Um chat em vários servidores.", "One chat on several servers."},
        (const struct program_option[]){
            {"quick", OPTION_FLAG, &quick, NULL,
                {"só mostra que funciona", "only shows that it works"}, 0, 0},
            {"rounds", OPTION_COUNT, &rounds, "N",
                {"quantas vezes cada medida", "how often each is measured"}, 1, MAX_ROUNDS},
            {"work", OPTION_TEXT, &chosen_work, "NAME",
                {"só este trabalho, busy1000 por exemplo", "this work only, busy1000 say"}, 0, 0},
            {"server", OPTION_TEXT, &chosen_stack, "NAME", {"só este servidor", "this server only"},
                0, 0},
            {"ours", OPTION_TEXT, &stacks[0].command[0], "PROGRAM", {"o servidor", "the server"}, 0,
                0},
            {0}});
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    run_on_processor(1);
    print_head();
    int error = 0;
    for (size_t i = 0; i < STACKS; i++)
        if (is_ready(&stacks[i]))
            error = run_stack(&stacks[i]) || error;
    return error != 0;
}
