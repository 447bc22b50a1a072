#include "cluster_stage.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Processes
 */

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

static int start_server(struct stage *stage)
{
    char url[80], *arguments[12] = {NULL};
    size_t count = 0;
    while (stage->stack->command[count]) {
        arguments[count] = (char *)stage->stack->command[count];
        count++;
    }
    snprintf(url, sizeof(url), "unix:%s", stage->socket);
    if (stage->redis > 0) {
        arguments[count] = (char *)"--redis";
        arguments[count + 1] = url;
    }
    struct server_process *server = &stage->servers[stage->started];
    int error = server_process_start(server, arguments);
    if (!error)
        stage->ports[stage->started++] = server->port;
    return error;
}

int stage_start(struct stage *stage, const struct stack *stack, size_t servers)
{
    stage->stack = stack;
    int error = servers > 0 ? start_redis(stage) : 0;
    do
        error = error ? error : start_server(stage);
    while (!error && stage->started < servers);
    if (!error)
        nanosleep(&(struct timespec){.tv_nsec = 500000000}, NULL); /* until they know each other */
    return error;
}

void stage_stop(struct stage *stage)
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

/*
 * Quiet clients
 */

static int open_quiet(const struct stage *stage, size_t number)
{
    char path[128], request[512];
    snprintf(path, sizeof(path), stage->stack->quiet_path, number);
    int size = snprintf(request, sizeof(request),
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        path);
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

/* The mask of the frame is 0, so its payload is in clear. */
static int send_quiet_frame(int client, const char *payload)
{
    char frame[32];
    int size = snprintf(frame, sizeof(frame), "\x81%c%c%c%c%c%s", (char)(0x80 | strlen(payload)), 0,
        0, 0, 0, payload);
    return send(client, frame, (size_t)size, MSG_NOSIGNAL) == size ? 0 : -errno;
}

int stage_open_quiet(struct stage *stage, size_t count)
{
    int error = 0;
    for (size_t i = 0; i < count && !error; i++) {
        int client = stage->quiet[i] = open_quiet(stage, i);
        error = client < 0 ? client : 0;
        if (!error && stage->stack->quiet_frame)
            error = send_quiet_frame(client, stage->stack->quiet_frame);
    }
    return error;
}

/*
 * Costs
 */

static uint64_t time_of(clockid_t clock)
{
    struct timespec used = {0};
    clock_gettime(clock, &used);
    return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

/* Reads Redis' INFO commandstats, lines like "cmdstat_xadd:calls=12,usec=34,...". */
static void count_commands(char *info, struct stage_costs *costs)
{
    char *rest, name[64];
    unsigned long calls;
    for (char *line = strtok_r(info, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest)) {
        if (sscanf(line, "cmdstat_%63[^:]:calls=%lu", name, &calls) != 2)
            continue;
        costs->commands += calls;
        if (strcmp(name, "xadd") == 0)
            costs->writes = calls;
        if (strcmp(name, "xread") == 0)
            costs->reads = calls;
    }
}

static int ask_redis(const struct stage *stage, struct stage_costs *costs)
{
    static const char question[] = "INFO commandstats\r\n";
    char info[16384];
    size_t size = 0, whole = 0;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, stage->socket);
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0 || connect(client, (struct sockaddr *)&address, sizeof(address)) ||
        send(client, question, sizeof(question) - 1, MSG_NOSIGNAL) < 0)
        return -errno;
    do { /* "$SIZE\r\n", and so many bytes */
        ssize_t got = recv(client, info + size, sizeof(info) - 1 - size, 0);
        size += got > 0 ? (size_t)got : sizeof(info);
        whole = size < sizeof(info) ? strtoul(info + 1, NULL, 10) : 0;
        info[size < sizeof(info) ? size : 0] = '\0';
    } while (size < whole);
    close(client);
    count_commands(info, costs);
    return size < sizeof(info) ? 0 : -EIO;
}

int stage_costs(const struct stage *stage, struct stage_costs *costs)
{
    *costs = (struct stage_costs){0};
    for (size_t i = 0; i < stage->started; i++)
        costs->servers += server_process_time(&stage->servers[i]);
    if (stage->redis <= 0)
        return 0;
    costs->redis = time_of(stage->redis_clock);
    return ask_redis(stage, costs);
}
