/*
 * The echo server beside one on bare libuv and one on Python's asyncio: what a line, a connection
 * and an idle connection cost each of them.
 *
 *     echo OURS LIBUVS [JSON-FILE]    the two servers' programs
 *
 *     RUNS=n: how often each is measured; QUICK=1: little of it, to see that it works
 *
 * The server runs on one processor, the clients on another. What is counted is the server's
 * processor time: it is little disturbed by what else the machine does.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "echo_load.h"
#include "report.h"
#include "server_process.h"

#define DESCRIPTORS_BESIDES 64 /* those of connections */

enum stack { OURS, LIBUV, ASYNCIO, ASYNCIO_MMAP, STACKS };

static struct row rows[] = {
    {.name = "lines_100", .unit = "ns", .goal = 1.05, .goal_is_ratio = true},
    {.name = "lines_1000", .unit = "ns", .goal = 1.10, .goal_is_ratio = true},
    {.name = "pipelined_16", .unit = "ns", .goal = 450},
    {.name = "short", .unit = "us", .goal = 1.05, .goal_is_ratio = true},
    {.name = "idle", .unit = "bytes", .goal = 4300},
    {.name = "p50_100", .unit = "us"},
    {.name = "p99_100", .unit = "us"},
    {.name = "p50_1000", .unit = "us"},
    {.name = "p99_1000", .unit = "us"},
};

/* How much of it. */
struct amount {
    uint64_t nanoseconds; /* of lines going to and fro */
    size_t visits, idle;
};

struct benchmark {
    struct report *report;
    struct amount amount;
    enum stack stack;
    struct server_process server;
};

/*
 * The works
 */

static void add(struct benchmark *benchmark, const char *name, double sample)
{
    report_add(benchmark->report, name, benchmark->stack, sample);
}

/* Lines to and fro on so many connections. Returns the server's nanoseconds a line. */
static double exchange_lines(
    struct benchmark *benchmark, struct echo_load *load, size_t connections, size_t outstanding)
{
    echo_load_open(load, benchmark->server.port, connections);
    echo_load_run(load, outstanding, benchmark->amount.nanoseconds / 5); /* to warm up */
    uint64_t before = server_process_time(&benchmark->server);
    echo_load_run(load, outstanding, benchmark->amount.nanoseconds);
    double used = (double)(server_process_time(&benchmark->server) - before);
    double result = used / (double)load->answered;
    echo_load_close(load);
    return result;
}

static void measure_lines(struct benchmark *benchmark, size_t connections)
{
    struct echo_load load;
    char name[32];
    double cost = exchange_lines(benchmark, &load, connections, 1);
    snprintf(name, sizeof(name), "lines_%zu", connections);
    add(benchmark, name, cost);
    snprintf(name, sizeof(name), "p50_%zu", connections);
    add(benchmark, name, (double)latency_percentile(&load.latency, 50) / 1000);
    snprintf(name, sizeof(name), "p99_%zu", connections);
    add(benchmark, name, (double)latency_percentile(&load.latency, 99) / 1000);
}

static void measure_pipelined(struct benchmark *benchmark)
{
    struct echo_load load;
    add(benchmark, "pipelined_16", exchange_lines(benchmark, &load, 100, MOST_OUTSTANDING));
}

static void measure_short(struct benchmark *benchmark)
{
    size_t visits = benchmark->amount.visits;
    echo_load_visit(benchmark->server.port, visits / 5);
    uint64_t before = server_process_time(&benchmark->server);
    echo_load_visit(benchmark->server.port, visits);
    double used = (double)(server_process_time(&benchmark->server) - before);
    add(benchmark, "short", used / (double)visits / 1000);
}

/* Connections that have said a line each, and now are silent. */
static void measure_idle(struct benchmark *benchmark)
{
    struct echo_load load;
    size_t count = benchmark->amount.idle;
    uint64_t before = server_process_memory(&benchmark->server);
    echo_load_open(&load, benchmark->server.port, count);
    double grown = (double)(server_process_memory(&benchmark->server) - before);
    add(benchmark, "idle", grown / (double)count);
    echo_load_close(&load);
}

/*
 * The servers
 */

static void measure_server(struct benchmark *benchmark, char *const argv[])
{
    if (server_process_start(&benchmark->server, argv)) {
        fprintf(stderr, "echo: cannot start %s\n", argv[0]);
        exit(EXIT_FAILURE);
    }
    measure_idle(benchmark); /* first, since memory that is used again does not show */
    measure_lines(benchmark, 100);
    measure_lines(benchmark, 1000);
    measure_pipelined(benchmark);
    measure_short(benchmark);
    server_process_stop(&benchmark->server);
}

/* The servers take turns, so that a noisy moment touches all of them. */
static void measure_all(struct benchmark *benchmark, char *ours, char *libuv)
{
    char *const servers[STACKS][6] = {
        [OURS] = {ours, "--quiet", "--port", "0"},
        [LIBUV] = {libuv},
        [ASYNCIO] = {"python3", "tests/bench/echo_asyncio.py"},
        [ASYNCIO_MMAP] = {"env", "MALLOC_MMAP_THRESHOLD_=4194304", "python3",
            "tests/bench/echo_asyncio.py"},
    };
    bool python = system("python3 -c 'import asyncio'") == 0;
    if (!python)
        fprintf(stderr, "python3 cannot be run: asyncio is left out\n");
    for (int run = 0, runs = report_runs(); run < runs; run++) {
        for (enum stack stack = OURS; stack < (python ? STACKS : ASYNCIO); stack++) {
            fprintf(stderr, "run %d of %d, %s\n", run + 1, runs, benchmark->report->stacks[stack]);
            benchmark->stack = stack;
            measure_server(benchmark, servers[stack]);
        }
    }
}

/* The limit is raised for the servers too, which inherit it. */
static size_t most_connections(size_t wished)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= wished + DESCRIPTORS_BESIDES)
        return wished;
    size_t most = (size_t)limit.rlim_cur - DESCRIPTORS_BESIDES;
    fprintf(stderr, "only %zu of %zu connections: ulimit -Hn allows no more\n", most, wished);
    return most;
}

int main(int argc, char **argv)
{
    struct report report = {
        {"ours", "libuv", "asyncio", "asyncio-mmap"}, rows, sizeof(rows) / sizeof(*rows)};
    const char *file = report_file(argc, argv, 2, "OURS LIBUVS [JSON-FILE]");
    bool quick = getenv("QUICK");
    struct benchmark benchmark = {
        .report = &report,
        .amount =
            quick ? (struct amount){50000000, 50, 1000} : (struct amount){1000000000, 5000, 10000},
    };
    benchmark.amount.idle = most_connections(benchmark.amount.idle);
    run_on_processor(1);
    measure_all(&benchmark, argv[1], argv[2]);
    report_print(&report);
    puts("asyncio-mmap: asyncio with MALLOC_MMAP_THRESHOLD_=4194304. It makes room for 256 KiB at");
    puts("each recv(), which malloc else has the kernel map and unmap each time.");
    if (file)
        report_write_json(&report, file);
    return EXIT_SUCCESS;
}
