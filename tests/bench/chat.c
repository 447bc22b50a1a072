/*
 * The chat server beside its peers on the same work, in turn: each on the first processor, the load
 * on the second. The cost is the server's own processor time, user and system, by deliveries. A
 * delivery lost, changed or out of order ends the benchmark.
 */
#include "chat.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <uv.h>

#include "common/language.h"
#include "common/program.h"
#include "server_process.h"

#define DESCRIPTORS_BESIDES 64 /* that a server or the load has open besides one a client */
#define WARM_UP_SECONDS 0.3
#define MOST_SECONDS 300 /* no round begins that would probably end later */
#define QUICK_SECONDS 0.1
#define QUICK_CLIENTS 300

#define PEERS "tests/bench/peers/"

static const struct chat_work works[] = {
    {"ping_pong", {2, 2, 1}, {.window = 1, .in_turn = true, .seconds = 0.7}, .in_quick = true},
    {"n100_w1", {100, 10, 1}, {.window = 1, .seconds = 0.7}, .in_quick = false},
    {"n100_w3", {100, 10, 1}, {.window = 3, .seconds = 0.7}, .in_quick = true},
    {"n100_w16", {100, 10, 1}, {.window = 16, .seconds = 0.7}, .in_quick = false},
    {"n1000_w3", {1000, 10, 1}, {.window = 3, .seconds = 0.7}, .in_quick = false},
    {"n3000_w3", {3000, 10, 1}, {.window = 3, .seconds = 0.7}, .in_quick = false},
    {"n10000_w3", {10000, 10, 1}, {.window = 3, .seconds = 0.7}, .in_quick = true},
    {"idle5000", {5002, 2, 1}, {.window = 3, .seconds = 0.7}, .in_quick = false},
    {"rate1000", {100, 10, 1}, {.rate = 1000, .seconds = 1}, .in_quick = true},
    {"deaf", {100, 10, 1}, {.window = 3, .seconds = 2}, .in_quick = true, .deaf = true},
    {"rooms100", {1000, 100, 100}, {.rate = 100, .seconds = 3}, .in_quick = false},
    {"rooms1000", {10000, 1000, 1000}, {.rate = 1000, .seconds = 3}, .in_quick = true},
    {"join2500", {2500, 0, 1}, {.seconds = 0}, .in_quick = false, .names = true},
    {"join5000", {5000, 0, 1}, {.seconds = 0}, .in_quick = false, .names = true},
    {"join10000", {10000, 0, 1}, {.seconds = 0}, .in_quick = true, .names = true},
};
#define WORKS (sizeof(works) / sizeof(*works))

static const struct chat_figure figures[] = {
    {"n100_w1", "n100_w1", COST, 480, {"N=%zu W=1", "N=%zu W=1"}},
    {"n100_w3", "n100_w3", COST, 170, {"N=%zu W=3", "N=%zu W=3"}},
    {"n100_w16", "n100_w16", COST, 50, {"N=%zu W=16", "N=%zu W=16"}},
    {"n1000_w3", "n1000_w3", COST, 150, {"N=%zu W=3", "N=%zu W=3"}},
    {"n3000_w3", "n3000_w3", COST, 0, {"N=%zu W=3", "N=%zu W=3"}},
    {"n10000_w3", "n10000_w3", COST, 0, {"N=%zu W=3", "N=%zu W=3"}},
    {"idle5000", "idle5000", COST, 850, {"N=%zu, só 2 falam", "N=%zu, only 2 talk"}},
    {"rate1000", "rate1000", COST, 1500, {"1000 msg/s, N=%zu", "1,000 msg/s, N=%zu"}},
    {"rate1000_p50", "rate1000", MEDIAN, 0, {"1000 msg/s", "1,000 msg/s"}},
    {"rate1000_p99", "rate1000", PERCENTILE_99, 2000, {"1000 msg/s", "1,000 msg/s"}},
    {"ping_pong_p50", "ping_pong", MEDIAN, 22, {"pingue-pongue", "ping-pong"}},
    {"ping_pong_p99", "ping_pong", PERCENTILE_99, 0, {"pingue-pongue", "ping-pong"}},
    {"accept10000", "n10000_w3", ACCEPT, 30, {"aceitar %zu clientes", "accept %zu clients"}},
    {"memory10000", "n10000_w3", MEMORY, 6656, {"ter %zu clientes", "have %zu clients"}},
    {"deaf_kept", "deaf", KEPT, 90, {"N=%zu, e um surdo", "N=%zu, and a deaf one"}},
    {"rooms100", "rooms100", COST, 0, {"N=%zu, salas de dez", "N=%zu, rooms of ten"}},
    {"rooms1000", "rooms1000", COST, 0, {"N=%zu, salas de dez", "N=%zu, rooms of ten"}},
    {"join2500", "join2500", JOIN, 0, {"%zu entram com nome", "%zu join, with names"}},
    {"join5000", "join5000", JOIN, 0, {"%zu entram com nome", "%zu join, with names"}},
    {"join10000", "join10000", JOIN, 0, {"%zu entram com nome", "%zu join, with names"}},
    {0},
};

/* Bun's publish is uWebSockets'; uWebSockets.js itself is not in npm's registry. */
static const struct chat_server all_servers[CHAT_SERVERS] = {
    {"chat-server", {"04-chat-server/chat-server", "--host", "127.0.0.1", "--port", "0"}, "true",
        false},
    {"websockets", {"/usr/bin/python3", PEERS "chat_websockets.py"},
        "/usr/bin/python3 -c 'import websockets'", false},
    {"ws", {"node", PEERS "chat_ws.mjs"}, "node -e \"require('./" PEERS "node_modules/ws')\"",
        false},
    {"bun", {PEERS "node_modules/.bin/bun", PEERS "chat_bun.mjs"},
        PEERS "node_modules/.bin/bun --version", false},
};

struct options {
    bool quick;
    long rounds;
    const char *ours, *json, *chart, *work, *server;
};

static bool is_chosen(const char *chosen, const char *name)
{
    return !chosen || strcmp(chosen, name) == 0;
}

/* Ends the program, with the names that there are, if one was asked for that is not. */
static void check_names(const struct options *options)
{
    bool has_work = false, has_server = false;
    for (size_t i = 0; i < WORKS; i++)
        has_work |= is_chosen(options->work, works[i].name);
    for (size_t i = 0; i < CHAT_SERVERS; i++)
        has_server |= is_chosen(options->server, all_servers[i].name);
    if (has_work && has_server)
        return;
    fprintf(stderr, "%s:", has_work ? "--server" : "--work");
    for (size_t i = 0; has_work ? i < CHAT_SERVERS : i < WORKS; i++)
        fprintf(stderr, " %s", has_work ? all_servers[i].name : works[i].name);
    fputc('\n', stderr);
    exit(2);
}

static bool succeeds(const char *command)
{
    char line[512];
    int size = snprintf(line, sizeof(line), "{ %s; } >/dev/null 2>&1", command);
    return size < (int)sizeof(line) && system(line) == 0;
}

/* All clients have one address here, and talk as fast as they can: ours is not to mind. */
static void lift_limits(struct chat_server *ours)
{
    static const char *const limits[] = {"--rate", "--per-address"};
    size_t end = 0;
    while (ours->arguments[end])
        end++;
    for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
        char command[512];
        snprintf(
            command, sizeof(command), "%s --help | grep -q -e %s", ours->arguments[0], limits[i]);
        if (!succeeds(command))
            continue;
        ours->arguments[end++] = limits[i];
        ours->arguments[end++] = "0";
    }
}

/* Says which peers are missing, and how to get them. */
static void find_servers(struct chat_server servers[], const struct options *options)
{
    memcpy(servers, all_servers, CHAT_SERVERS * sizeof(*servers));
    servers[0].arguments[0] = options->ours;
    lift_limits(&servers[0]);
    for (size_t i = 0; i < CHAT_SERVERS; i++) {
        if (!is_chosen(options->server, servers[i].name))
            continue;
        servers[i].present = succeeds(servers[i].probe);
        if (!servers[i].present)
            fprintf(stderr,
                tr("%s: não está instalado; make deps FOR=bench o instala\n",
                    "%s: not installed; make deps FOR=bench installs it\n"),
                servers[i].name);
    }
}

/* Raises this process' limit, which the servers inherit, to what is allowed. Returns it. */
static size_t raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return 1024;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return getrlimit(RLIMIT_NOFILE, &limit) ? 1024 : limit.rlim_cur;
}

/*
 * A run: one server, one work
 */

/* What the others keep of their rate when one more is there, that reads nothing. */
static int measure_deaf(
    struct load *load, const struct load_plan *plan, double without, double *kept)
{
    struct load_result result;
    int error = load_add_deaf(load);
    if (!error)
        error = load_run(load, plan, &result);
    if (!error)
        *kept = 100 * (double)result.deliveries / result.seconds / without;
    return error;
}

static int measure(struct server_process *server, struct load **load, const struct chat_work *work,
    double values[METRICS])
{
    struct load_plan warm_up = work->plan;
    struct load_result result;
    double memory = (double)server_process_memory(server);
    uint64_t time = server_process_time(server);
    double clients = (double)work->size.clients;
    int error = load_connect(load, server->port, work->size);
    if (error)
        return error;
    values[ACCEPT] = (double)(server_process_time(server) - time) / 1e3 / clients;
    if (work->names) {
        error = load_take_names(*load);
        values[JOIN] = (double)(server_process_time(server) - time) / 1e3 / clients;
        return error;
    }
    if (warm_up.seconds > WARM_UP_SECONDS)
        warm_up.seconds = WARM_UP_SECONDS;
    error = load_run(*load, &warm_up, &result);
    if (error)
        return error;
    time = server_process_time(server);
    error = load_run(*load, &work->plan, &result);
    time = server_process_time(server) - time;
    values[MEMORY] = ((double)server_process_memory(server) - memory) / clients;
    values[COST] = (double)time / (double)(result.deliveries ? result.deliveries : 1);
    values[MEDIAN] = (double)result.median / 1e3;
    values[PERCENTILE_99] = (double)result.percentile_99 / 1e3;
    if (!error && work->deaf)
        error = measure_deaf(
            *load, &work->plan, (double)result.deliveries / result.seconds, &values[KEPT]);
    return error;
}

static int run(
    const struct chat_server *server, const struct chat_work *work, double values[METRICS])
{
    struct server_process process;
    struct load *load = NULL;
    int error = server_process_start(&process, (char *const *)server->arguments);
    if (error) {
        fprintf(stderr, tr("%s: não começou\n", "%s: did not start\n"), server->name);
        return error;
    }
    error = measure(&process, &load, work, values);
    if (error) {
        server_process_show_output(&process);
        fprintf(stderr, "%s: %s: %s\n", server->name, work->name, load_failure(load));
    }
    load_close(load);
    server_process_stop(&process);
    return error;
}

/* As much of the works as a quick run does. */
static void shorten(struct chat_work shorter[])
{
    for (size_t w = 0; w < WORKS; w++) {
        struct load_size *size = &shorter[w].size;
        shorter[w].plan.seconds = QUICK_SECONDS;
        if (size->clients <= QUICK_CLIENTS)
            continue;
        if (size->rooms > 1)
            size->rooms = size->senders = size->rooms * QUICK_CLIENTS / size->clients;
        size->clients = QUICK_CLIENTS;
    }
}

/* The servers take turns, so that a noisy moment touches all of them. */
static int measure_round(struct chat_results *results, const struct options *options, size_t limit)
{
    for (size_t w = 0; w < WORKS; w++) {
        const struct chat_work *work = &results->works[w];
        bool wanted = options->work || work->in_quick || !options->quick;
        if (!wanted || !is_chosen(options->work, work->name) ||
            work->size.clients + DESCRIPTORS_BESIDES > limit)
            continue;
        for (size_t s = 0; s < CHAT_SERVERS; s++) {
            double values[METRICS] = {0};
            if (!results->servers[s].present)
                continue;
            int error = run(&results->servers[s], work, values);
            if (error)
                return error;
            size_t round = results->rounds[s][w]++;
            for (int metric = 0; metric < METRICS; metric++)
                results->values[s][w][metric][round] = values[metric];
        }
    }
    return 0;
}

static int measure_all(struct chat_results *results, const struct options *options)
{
    int error = 0;
    size_t limit = raise_descriptor_limit();
    for (size_t w = 0; w < WORKS; w++)
        if (results->works[w].size.clients + DESCRIPTORS_BESIDES > limit)
            fprintf(stderr,
                tr("%s: fica de fora: %zu clientes não cabem em %zu descritores (ulimit -Hn)\n",
                    "%s: left out: %zu clients do not fit in %zu descriptors (ulimit -Hn)\n"),
                results->works[w].name, results->works[w].size.clients, limit);
    run_on_processor(1);
    uint64_t start = uv_hrtime();
    for (long round = 1; round <= options->rounds && !error; round++) {
        double elapsed = (double)(uv_hrtime() - start) / 1e9;
        if (round > 1 && elapsed * (double)round / (double)(round - 1) > MOST_SECONDS) {
            fprintf(stderr, tr("passaram %.0f s: fica por aqui\n", "%.0f s have passed: enough\n"),
                elapsed);
            break;
        }
        fprintf(stderr, tr("rodada %ld de %ld\n", "round %ld of %ld\n"), round, options->rounds);
        error = measure_round(results, options, limit);
    }
    return error;
}

static int show(const struct chat_results *results, const struct options *options)
{
    int error = 0;
    if (options->quick)
        puts(tr("Prova só que funciona: com tão poucos clientes, por instantes, os números não "
                "dizem nada.",
            "It only proves that it works: with so few clients, for moments, the figures say "
            "nothing."));
    chat_print_table(results);
    if (options->json)
        error = chat_write_json(results, options->json);
    if (!error && options->chart)
        error = chat_write_chart(results, options->chart);
    if (error)
        fprintf(
            stderr, tr("gravar os resultados: %s\n", "write the results: %s\n"), strerror(-error));
    return error;
}

int main(int argc, char **argv)
{
    struct options options = {.rounds = 3, .ours = "04-chat-server/chat-server"};
    program_start(argc, argv,
        (const char *[]){"Mede o servidor de chat ao lado de outros.",
            "Measures the chat server beside others."},
        (struct program_option[]){
            {"rounds", OPTION_COUNT, &options.rounds, "N",
                {"quantas vezes cada medida", "how often each is measured"}, 1, MOST_ROUNDS},
            {"quick", OPTION_FLAG, &options.quick, NULL,
                {"só prova que funciona, em segundos", "only proves that it works, in seconds"}, 0,
                0},
            {"work", OPTION_TEXT, &options.work, "NAME",
                {"só este trabalho, n100_w3 por exemplo", "this work only, n100_w3 say"}, 0, 0},
            {"server", OPTION_TEXT, &options.server, "NAME",
                {"só este servidor", "this server only"}, 0, 0},
            {"ours", OPTION_TEXT, &options.ours, "PROGRAM", {"o nosso servidor", "our server"}, 0,
                0},
            {"json", OPTION_TEXT, &options.json, "FILE",
                {"grava os resultados em JSON", "writes the results as JSON"}, 0, 0},
            {"chart", OPTION_TEXT, &options.chart, "FILE",
                {"grava um gráfico em SVG", "writes a chart as SVG"}, 0, 0},
            {0},
        });
    if (options.quick)
        options.rounds = 1;
    setlocale(LC_NUMERIC, "C");
    struct chat_server servers[CHAT_SERVERS];
    struct chat_work carried_out[WORKS];
    memcpy(carried_out, works, sizeof(works));
    if (options.quick)
        shorten(carried_out);
    check_names(&options);
    find_servers(servers, &options);
    struct chat_results *results = calloc(1, sizeof(*results));
    if (!results)
        return program_end(UV_ENOMEM, "%s", "calloc");
    results->servers = servers;
    results->works = carried_out;
    results->work_count = WORKS;
    results->figures = figures;
    results->quick = options.quick;
    int error = measure_all(results, &options);
    if (!error)
        error = show(results, &options);
    free(results);
    return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
