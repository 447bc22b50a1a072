#include "01-event-loop/compare_measure.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "common/language.h"

/* Memory that the process of a way shares with ours. */
struct shared {
    atomic_size_t done;
    struct measure measure;
};

static double now(void)
{
    return (double)uv_hrtime() / 1e9;
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static size_t peak_memory(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
    return (size_t)usage.ru_maxrss;
#else
    return (size_t)usage.ru_maxrss * 1024;
#endif
}

static void run_way(
    struct shared *shared, const struct way *way, const struct work *work, size_t tasks)
{
    measure_end_with_parent();
    struct job job = {.work = *work, .tasks = tasks};
    job.work.done = &shared->done;
    double began = now();
    way->run(&job);
    shared->measure = (struct measure){
        .wall = now() - began,
        .memory = peak_memory() + job.memory,
        .failed = job.failed,
        .error = job.error,
    };
}

static void show_progress(const struct way *way, size_t done, size_t tasks)
{
    fprintf(stderr, "\r\033[K%s: %zu/%zu", tr(way->name[0], way->name[1]), done, tasks);
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
}

/* Waits for the process that runs a way, and adds its CPU time, which is known at its end. */
static int wait_for_way(struct shared *shared, pid_t process, const struct way *way, size_t tasks)
{
    bool progress = isatty(STDERR_FILENO);
    struct rusage usage;
    int status;
    pid_t ended;
    while ((ended = wait4(process, &status, progress ? WNOHANG : 0, &usage)) != process) {
        if (ended < 0 && errno != EINTR)
            return -errno;
        if (progress)
            show_progress(way, atomic_load(&shared->done), tasks);
    }
    if (progress)
        fputs("\r\033[K", stderr);
    if (status != 0)
        return UV_EIO;
    shared->measure.cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    return 0;
}

int measure_way(
    struct measure *measure, const struct way *way, const struct work *work, size_t tasks)
{
    struct shared *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return -errno;
    fflush(NULL); /* otherwise the new process would have a copy of the buffered output */
    pid_t process = fork();
    if (process == 0) {
        run_way(shared, way, work, tasks);
        _exit(0);
    }
    int error = process < 0 ? -errno : wait_for_way(shared, process, way, tasks);
    *measure = shared->measure;
    munmap(shared, sizeof(*shared));
    return error;
}

/* Adds up the lines "Private_...: N kB". */
static size_t sum_of_private(const char *rollup)
{
    size_t sum = 0;
    while ((rollup = strstr(rollup, "\nPrivate_"))) {
        const char *number = strchr(rollup, ':');
        if (!number)
            break;
        sum += strtoul(number + 1, NULL, 10) * 1024;
        rollup = number;
    }
    return sum;
}

size_t measure_own_memory(void)
{
    char rollup[4096];
    int file = open("/proc/self/smaps_rollup", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return peak_memory(); /* includes shared memory: this system does not list it separately */
    ssize_t size = read(file, rollup, sizeof(rollup) - 1);
    close(file);
    rollup[size > 0 ? size : 0] = '\0';
    return sum_of_private(rollup);
}

void measure_end_with_parent(void)
{
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
}
