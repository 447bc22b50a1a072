/* One iteration of the loop that has all its phases. An earlier callback prepares it: it writes to
 * a socket, asks for on_soon, and blocks until both timers are due. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/program.h"
#include "common/stream.h"

struct stage {
    uv_loop_t loop;
    struct stream stream;
    int other_end; /* of the stream's connection */
    struct loop_timer timer;
};

/* Long enough to be seen in the picture. */
static void work_a_little(void *unused)
{
    (void)unused;
    uint64_t end = uv_hrtime() + 8000;
    while (uv_hrtime() < end)
        continue;
}

static void on_later(void *unused)
{
    work_a_little(unused);
}

static void on_soon(void *unused)
{
    work_a_little(unused);
}

static void prepare(void *argument)
{
    struct stage *stage = argument;
    if (write(stage->other_end, "hello\n", 6) < 0)
        loop_stop(&stage->loop);
    loop_call_soon(&stage->loop, on_soon, NULL);
    uv_sleep(3);
}

static int answer(void *argument)
{
    struct stage *stage = argument;
    static const char text[4096];
    char *line;
    ssize_t size = stream_read_line(&stage->stream, &line);
    return size < 0 ? (int)size : stream_write(&stage->stream, text, sizeof(text));
}

static int run(void *argument)
{
    struct stage *stage = argument;
    struct scope scope;
    scope_enter(&scope);
    int error = scope_spawn(&scope, "answer", answer, stage);
    if (!error)
        error = task_sleep(0.001); /* so that the stream waits for its socket by then */
    if (!error) {
        stage->timer.run = work_a_little;
        error = loop_timer_start(&stage->loop, &stage->timer, loop_deadline(&stage->loop, 0.004));
    }
    if (!error) {
        loop_call_later(&stage->loop, 0.004, on_later, NULL);
        loop_call_later(&stage->loop, 0.002, prepare, stage);
        error = task_sleep(0.02);
    }
    return scope_leave(&scope, error);
}

static int open_and_run(void *argument)
{
    struct stage *stage = argument;
    int ends[2], error = uv_socketpair(SOCK_STREAM, 0, ends, 0, 0);
    if (error)
        return error;
    stream_open(&stage->stream, ends[0]);
    stage->other_end = ends[1];
    error = run(stage);
    stream_close(&stage->stream);
    close(ends[1]);
    return error;
}

int main(void)
{
    struct stage stage = {0};
    int error = loop_init(&stage.loop);
    if (!error) {
        error = task_run(&stage.loop, "main", open_and_run, &stage);
        loop_close(&stage.loop);
    }
    return program_end(error, "iteration");
}
