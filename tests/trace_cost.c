/* trace_cost OPERATION TIMES: repeats the operation. test_trace_cost.c counts what it costs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/stream.h"

static long times;

static int yields(void *unused)
{
    (void)unused;
    for (long i = 0; i < times; i++)
        task_yield();
    return 0;
}

static int two_yield(void *unused)
{
    struct task_call calls[] = {{"one", yields, unused, 0}, {"two", yields, unused, 0}};
    return task_gather(calls, 2);
}

static int nothing(void *unused)
{
    (void)unused;
    return 0;
}

static int spawn_and_join(void *unused)
{
    struct scope scope;
    struct task *task;
    int error = 0;
    scope_enter(&scope);
    for (long i = 0; i < times && !error; i++) {
        error = scope_spawn_with(
            &scope, "child", nothing, unused, (struct task_options){.handle = &task});
        if (!error)
            error = task_join(task, NULL);
    }
    return scope_leave(&scope, error);
}

static int sleep_often(void *unused)
{
    (void)unused;
    for (long i = 0; i < times; i++)
        task_sleep(0);
    return 0;
}

static int echo(void *stream)
{
    char *line;
    while (stream_read_line(stream, &line) > 0)
        stream_write_text(stream, line);
    return 0;
}

static int talk(void *stream)
{
    char *line;
    for (long i = 0; i < times; i++) {
        stream_write_text(stream, "hello\n");
        if (stream_read_line(stream, &line) <= 0)
            return UV_EOF;
    }
    return stream_half_close(stream);
}

static int read_and_write(void *unused)
{
    (void)unused;
    int ends[2];
    struct stream one, two;
    int error = uv_socketpair(SOCK_STREAM, 0, ends, 0, 0);
    if (error)
        return error;
    stream_open(&one, ends[0]);
    stream_open(&two, ends[1]);
    struct task_call calls[] = {{"talk", talk, &one, 0}, {"echo", echo, &two, 0}};
    error = task_gather(calls, 2);
    stream_close(&one);
    stream_close(&two);
    return error;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*function)(void *argument);
    } operations[] = {{"yield", two_yield}, {"spawn", spawn_and_join}, {"sleep", sleep_often},
        {"stream", read_and_write}};
    uv_loop_t loop;
    int error = argc == 3 ? loop_init(&loop) : UV_EINVAL;
    if (error)
        return EXIT_FAILURE;
    times = atol(argv[2]);
    for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++)
        if (strcmp(argv[1], operations[i].name) == 0)
            error = task_run(&loop, argv[1], operations[i].function, NULL);
    loop_close(&loop);
    return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
