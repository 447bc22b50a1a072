#include "chat_server_process.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_MS 20000
#define STOP_MS 2000

void run_on_processor(int number)
{
    cpu_set_t set;
    int last = (int)sysconf(_SC_NPROCESSORS_ONLN) - 1;
    CPU_ZERO(&set);
    CPU_SET(number < last ? number : last, &set);
    if (sched_setaffinity(0, sizeof(set), &set))
        perror("sched_setaffinity");
}

static void sleep_a_millisecond(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static void become_server(char *const argv[], int output)
{
    run_on_processor(0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execvp(argv[0], argv);
    perror(argv[0]);
    _exit(127);
}

/* The port in the first line; 0 while there is none. */
static int port_of(int output)
{
    char line[512];
    ssize_t size = pread(output, line, sizeof(line) - 1, 0);
    if (size <= 0)
        return 0;
    line[size] = '\0';
    char *end = strchr(line, '\n');
    if (!end)
        return 0;
    *end = '\0';
    const char *colon = strrchr(line, ':');
    return colon ? atoi(colon + 1) : 0;
}

static int wait_for_port(struct server_process *server)
{
    for (int waited = 0; waited < START_MS; waited++) {
        server->port = port_of(server->output);
        if (server->port > 0)
            return 0;
        if (waitpid(server->pid, NULL, WNOHANG) == server->pid) {
            server->pid = 0;
            return -ECHILD;
        }
        sleep_a_millisecond();
    }
    return -ETIMEDOUT;
}

int server_process_start(struct server_process *server, char *const argv[])
{
    *server = (struct server_process){.output = memfd_create("server", MFD_CLOEXEC)};
    if (server->output < 0)
        return -errno;
    server->pid = fork();
    if (server->pid < 0) {
        int error = -errno;
        close(server->output);
        return error;
    }
    if (server->pid == 0)
        become_server(argv, server->output);
    int error = wait_for_port(server);
    if (!error)
        error = -clock_getcpuclockid(server->pid, &server->clock);
    if (error) {
        server_process_show_output(server);
        server_process_stop(server);
    }
    return error;
}

uint64_t server_process_time(const struct server_process *server)
{
    struct timespec used;
    if (clock_gettime(server->clock, &used))
        return 0;
    return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

uint64_t server_process_memory(const struct server_process *server)
{
    char path[64], line[256];
    unsigned long long kilobytes = 0;
    snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)server->pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "Rss: %llu", &kilobytes) == 1)
            break;
    if (file)
        fclose(file);
    return kilobytes * 1024;
}

void server_process_show_output(const struct server_process *server)
{
    char text[1024];
    off_t end = lseek(server->output, 0, SEEK_END);
    off_t from = end > (off_t)sizeof(text) ? end - (off_t)sizeof(text) : 0;
    ssize_t size = pread(server->output, text, sizeof(text), from);
    if (size > 0)
        fwrite(text, 1, (size_t)size, stderr);
}

void server_process_stop(struct server_process *server)
{
    if (server->pid > 0) {
        kill(server->pid, SIGTERM);
        int waited = 0;
        while (waited++ < STOP_MS && waitpid(server->pid, NULL, WNOHANG) == 0)
            sleep_a_millisecond();
        if (waited > STOP_MS) {
            kill(server->pid, SIGKILL);
            waitpid(server->pid, NULL, 0);
        }
    }
    close(server->output);
}
