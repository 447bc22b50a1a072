/* The beginning and the end of a recording. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/observe/trace/rows.h"
#include "common/text/environment.h"

#define LIMIT 1000000UL
#define MAX_LIMIT 100000000UL

/* How many recordings were begun. Shared with the processes that the program forks, so that each
 * file has a name of its own. */
static _Atomic unsigned *recordings;

__attribute__((constructor)) static void share_count(void)
{
    void *memory = MAP_FAILED;
    if (getenv("TRACE"))
        memory = mmap(
            NULL, sizeof(*recordings), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    recordings = memory == MAP_FAILED ? NULL : memory;
}

/* "run.json", and for the loops after the program's first one "run-2.json", ... */
static bool make_path(char *path, size_t size, const char *setting)
{
    const char *name = strrchr(setting, '/') ? strrchr(setting, '/') + 1 : setting;
    const char *dot = strrchr(name, '.');
    size_t stem = dot && dot != name ? (size_t)(dot - setting) : strlen(setting);
    unsigned number = recordings ? ++*recordings : 1;
    int length =
        number == 1 ? snprintf(path, size, "%s", setting)
                    : snprintf(path, size, "%.*s-%u%s", (int)stem, setting, number, setting + stem);
    return length >= 0 && (size_t)length < size;
}

/* Memory, all zero, that the system provides page by page as it is touched. */
static void *reserve(size_t size)
{
    void *memory = mmap(
        NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static void release(struct trace *trace)
{
    if (trace->rows)
        munmap(trace->rows, trace_row_places(trace->limit) * sizeof(*trace->rows));
    if (trace->ring)
        munmap(trace->ring, trace->limit * sizeof(*trace->ring));
    munmap(trace, sizeof(*trace));
}

static struct trace *new_trace(uint64_t limit)
{
    struct trace *trace = reserve(sizeof(*trace));
    if (!trace)
        return NULL;
    trace->limit = limit;
    trace->ring = reserve(limit * sizeof(*trace->ring));
    trace->rows = reserve(trace_row_places(limit) * sizeof(*trace->rows));
    if (trace->ring && trace->rows)
        return trace;
    int error = errno;
    release(trace);
    errno = error;
    return NULL;
}

static int open_file(struct trace *trace, const char *setting)
{
    if (!make_path(trace->path, sizeof(trace->path), setting)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(trace->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
}

struct trace *trace_open(uv_loop_t *loop)
{
    const char *setting = getenv("TRACE");
    if (!setting || !*setting)
        return NULL;
    uint64_t limit = environment_number("TRACE_LIMIT", LIMIT, MAX_LIMIT);
    if (limit == 0)
        return NULL;
    struct trace *trace = new_trace(limit);
    int file = trace ? open_file(trace, setting) : -1;
    if (file < 0) {
        fprintf(stderr, "TRACE: %s: %s\n", trace ? trace->path : setting, strerror(errno));
        if (trace)
            release(trace);
        return NULL;
    }
    uv_loop_configure(loop, UV_METRICS_IDLE_TIME);
    trace->loop = loop;
    trace->program = program_name();
    trace->process = getpid();
    trace->output.file = file;
    trace->tick = trace_name(&trace->names, "tick");
    trace->poll = trace_name(&trace->names, "poll");
    trace->start = uv_hrtime();
    trace_catch(trace);
    return trace;
}

void trace_close(struct trace *trace)
{
    if (!trace)
        return;
    trace_name_functions(&trace->names);
    int error = trace_end(trace);
    if (error)
        fprintf(stderr, "TRACE: %s: not written completely: %s\n", trace->path, strerror(error));
    release(trace);
}
