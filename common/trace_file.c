#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/debug.h"
#include "common/language.h"
#include "common/task_state.h"
#include "common/trace.h"

struct trace {
    FILE *file;
    const char *path;
    uint64_t start;
    const char *separator; /* before the next event */
    struct debug *debug;
};

struct trace *trace_open(struct debug *debug)
{
    const char *path = getenv("TRACE");
    bool wanted = path && *path;
    FILE *file = wanted ? fopen(path, "we") : NULL;
    if (wanted && !file)
        fprintf(stderr, "TRACE: %s: %s\n", path, strerror(errno));
    if (!file && !debug)
        return NULL;
    struct trace *trace = calloc(1, sizeof(*trace));
    if (trace) {
        *trace = (struct trace){file, path, uv_hrtime(), "[", debug};
        return trace;
    }
    fprintf(stderr, "%s: %s\n", file ? "TRACE" : "LOOP_DEBUG", strerror(ENOMEM));
    if (file)
        fclose(file);
    return NULL;
}

/* A name as a JSON string. */
static void write_string(FILE *file, const char *text)
{
    fputc('"', file);
    for (; *text; text++)
        if ((unsigned char)*text < ' ')
            fprintf(file, "\\u%04x", *text);
        else
            fprintf(file, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    fputc('"', file);
}

static void write_event(
    struct trace *trace, const struct task *task, const char *phase, const char *name)
{
    if (!trace->file)
        return;
    uint64_t nanoseconds = uv_hrtime() - trace->start;
    fprintf(trace->file,
        "%s\n{\"ph\": \"%s\", \"pid\": 1, \"tid\": %u, \"ts\": %llu.%03u, \"name\": ",
        trace->separator, phase, task->number, nanoseconds / 1000ULL,
        (unsigned)(nanoseconds % 1000));
    write_string(trace->file, name);
    fputc('}', trace->file);
    trace->separator = ",";
}

void trace_begin(struct trace *trace, const struct task *task)
{
    if (!trace->file)
        return;
    fprintf(trace->file,
        "%s\n{\"ph\": \"M\", \"pid\": 1, \"tid\": %u, \"name\": \"thread_name\", \"args\": "
        "{\"name\": ",
        trace->separator, task->number);
    write_string(trace->file, task->name);
    fputs("}}", trace->file);
    trace->separator = ",";
    write_event(trace, task, "B", "ready");
}

void trace_resume(struct trace *trace, const struct task *task)
{
    write_event(trace, task, "E", "");
    write_event(trace, task, "B", "run");
    if (trace->debug)
        debug_resume(trace->debug);
}

void trace_suspend(struct trace *trace, const struct task *task, const char *what)
{
    if (trace->debug)
        debug_suspend(trace->debug, task->name, what);
    write_event(trace, task, "E", "");
    write_event(trace, task, "B", what);
}

void trace_end(struct trace *trace, const struct task *task)
{
    if (trace->debug) {
        debug_suspend(trace->debug, task->name, NULL);
        debug_require_closed(task->pool->loop, task->name, &task->coroutine.stack);
    }
    write_event(trace, task, "E", "");
}

void trace_close(struct trace *trace)
{
    if (trace && trace->file) {
        fprintf(trace->file, "%s\n]\n", *trace->separator == '[' ? "[" : "");
        bool failed = ferror(trace->file);
        if (fclose(trace->file) || failed)
            fprintf(stderr,
                tr("TRACE: %s: não foi gravado por inteiro\n",
                    "TRACE: %s: not written completely\n"),
                trace->path);
    }
    free(trace);
}
