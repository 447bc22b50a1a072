/*
 * One chat on several servers over Redis, beside one server alone. All servers and Redis share the
 * first processor, and the load has the second: so the costs are processor time, of the servers and
 * of Redis apart, and the times are those of a machine that is too small for them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chat_load.h"
#include "common/language.h"
#include "common/program.h"
#include "server_process.h"

#define MAX_SERVERS 4
#define MAX_QUIET 1000 /* clients, each alone in its room */
#define SENDERS 8      /* two on each of four servers */
#define WARM_UP_SECONDS 0.3

static const char *ours = "04-chat-server/chat-server";
static bool quick;

struct work {
    size_t servers; /* 0: one server without Redis */
    size_t clients; /* in the busy room */
    size_t quiet;
    double rate; /* messages a second; 0: as many as it takes */
};

static const struct work works[] = {
    {0, 1000, 0, 0},
    {1, 1000, 0, 0},
    {2, 1000, 0, 0},
    {4, 1000, 0, 0},
    {0, 4000, 0, 0},
    {2, 4000, 0, 0},
    {4, 4000, 0, 0},
    {0, 100, 0, 1000},
    {2, 100, 0, 1000},
    {4, 100, 0, 1000},
    {2, 100, MAX_QUIET, 1000},
};

struct stage {
    char directory[32], socket[64];
    pid_t redis;
    clockid_t redis_clock;
    struct server_process servers[MAX_SERVERS];
    int ports[MAX_SERVERS];
    size_t started;
    int quiet[MAX_QUIET];
};

static uint64_t time_of(clockid_t clock)
{
    struct timespec used = {0};
    clock_gettime(clock, &used);
    return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

static void become_redis(const struct stage *stage)
{
    run_on_processor(0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!freopen("/dev/null", "w", stdout))
        _exit(127);
    execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", stage->socket, "--save",
        "", "--appendonly", "no", NULL);
    _exit(127);
}

static int start_redis(struct stage *stage)
{
    struct stat status;
    strcpy(stage->directory, "/tmp/bench-cluster-XXXXXX");
    if (!mkdtemp(stage->directory))
        return -errno;
    snprintf(stage->socket, sizeof(stage->socket), "%s/redis", stage->directory);
    stage->redis = fork();
    if (stage->redis == 0)
        become_redis(stage);
    for (int waited = 0; stage->redis > 0 && waited < 10000; waited++) {
        if (stat(stage->socket, &status) == 0)
            return -clock_getcpuclockid(stage->redis, &stage->redis_clock);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return -ETIMEDOUT;
}

static int start(struct stage *stage, const struct work *work)
{
    char url[80];
    size_t count = work->servers ? work->servers : 1;
    int error = work->servers ? start_redis(stage) : 0;
    snprintf(url, sizeof(url), "unix:%s", stage->socket);
    while (!error && stage->started < count) {
        char *argv[] = {(char *)ours, "--port", "0", "--rate", "0", "--per-address", "0",
            work->servers ? "--redis" : NULL, url, NULL};
        error = server_process_start(&stage->servers[stage->started], argv);
        if (!error) {
            stage->ports[stage->started] = stage->servers[stage->started].port;
            stage->started++;
        }
    }
    if (!error)
        nanosleep(&(struct timespec){.tv_nsec = 500000000}, NULL); /* until they know each other */
    return error;
}

static void stop(struct stage *stage)
{
    for (size_t i = 0; i < stage->started; i++)
        server_process_stop(&stage->servers[i]);
    for (size_t i = 0; i < MAX_QUIET; i++)
        if (stage->quiet[i] > 0)
            close(stage->quiet[i]);
    if (stage->redis > 0) {
        kill(stage->redis, SIGKILL);
        waitpid(stage->redis, NULL, 0);
    }
    unlink(stage->socket);
    if (*stage->directory)
        rmdir(stage->directory);
}

/* Connects a client to a room of its own. */
static int open_quiet(const struct stage *stage, size_t number)
{
    char request[256];
    int size = snprintf(request, sizeof(request),
        "GET /room%zu HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        number);
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)stage->ports[number % stage->started]),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0 || connect(client, (struct sockaddr *)&address, sizeof(address)) ||
        send(client, request, (size_t)size, MSG_NOSIGNAL) != size ||
        recv(client, request, 1, 0) != 1)
        return -errno;
    return client;
}

static int open_all_quiet(struct stage *stage, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        stage->quiet[i] = open_quiet(stage, i);
        if (stage->quiet[i] < 0)
            return stage->quiet[i];
    }
    return 0;
}

/*
 * Measuring
 */

static uint64_t servers_time(const struct stage *stage)
{
    uint64_t time = 0;
    for (size_t i = 0; i < stage->started; i++)
        time += server_process_time(&stage->servers[i]);
    return time;
}

static void print(
    const struct work *work, const struct load_result *result, uint64_t servers, uint64_t redis)
{
    double deliveries = (double)result->deliveries, messages = (double)result->messages;
    printf("%7zu %7zu %6zu %9.0f %11.0f %9.0f %9.0f %11.1f", work->servers, work->clients,
        work->quiet, messages / result->seconds, deliveries / result->seconds,
        (double)servers / deliveries, (double)redis / deliveries, (double)redis / messages / 1000);
    if (work->rate > 0)
        printf(" %7.0f %7.0f %7.0f %7.0f", (double)result->median / 1000,
            (double)result->percentile_99 / 1000, (double)result->median_across / 1000,
            (double)result->percentile_99_across / 1000);
    putchar('\n');
}

static int measure(struct stage *stage, const struct work *work, struct load **load)
{
    struct load_result result;
    struct load_plan plan = {.window = 3, .rate = work->rate, .seconds = WARM_UP_SECONDS};
    size_t clients = quick ? 40 : work->clients;
    int error = load_connect_many(
        load, stage->ports, stage->started, (struct load_size){clients, SENDERS, 1});
    if (!error)
        error = load_run(*load, &plan, &result);
    plan.seconds = quick ? 0.2 : work->rate > 0 ? 3 : 1.5;
    uint64_t servers = servers_time(stage), redis = work->servers ? time_of(stage->redis_clock) : 0;
    if (!error)
        error = load_run(*load, &plan, &result);
    servers = servers_time(stage) - servers;
    redis = work->servers ? time_of(stage->redis_clock) - redis : 0;
    if (!error)
        print(work, &result, servers, redis);
    return error;
}

static int run(const struct work *work)
{
    struct stage *stage = calloc(1, sizeof(*stage));
    struct load *load = NULL;
    if (!stage)
        return -ENOMEM;
    int error = start(stage, work);
    if (!error)
        error = open_all_quiet(stage, quick ? work->quiet / 100 : work->quiet);
    if (!error)
        error = measure(stage, work, &load);
    if (error)
        fprintf(stderr, "%zu servers, %zu clients: %s: %s\n", work->servers, work->clients,
            strerror(-error), load ? load_failure(load) : "");
    load_close(load);
    stop(stage);
    free(stage);
    return error;
}

int main(int argc, char **argv)
{
    program_start(argc, argv,
        (const char *const[]){"Um chat em vários servidores.", "One chat on several servers."},
        (const struct program_option[]){
            {"quick", OPTION_FLAG, &quick, NULL,
                {"só mostra que funciona", "only shows that it works"}, 0, 0},
            {"ours", OPTION_TEXT, &ours, "PROGRAM", {"o servidor", "the server"}, 0, 0}, {0}});
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    run_on_processor(1);
    puts("servers clients  quiet messages/s deliveries/s    ns of    ns of       µs of   p50 µs, "
         "p99 µs "
         "on the own server\n"
         "(0: no                                        servers/   Redis/      Redis/  and p50 µs, "
         "p99 "
         "µs across\n"
         "Redis)                                        delivery delivery     message");
    int error = 0;
    for (size_t i = 0; i < sizeof(works) / sizeof(*works); i++)
        error = run(&works[i]) || error;
    return error != 0;
}
