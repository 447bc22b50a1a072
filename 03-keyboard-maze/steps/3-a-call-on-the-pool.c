/* A blocking call on a thread of the pool: the task waits for the result, and the loop goes on. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "common/executor.h"
#include "common/program.h"

// #region work
struct reading {
    int pipe;
    char byte;
    pthread_t thread; /* the thread that has read */
};

/* Runs on a thread of the pool, and blocks until the pipe has a byte. */
static int read_byte(void *data)
{
    struct reading *reading = data;
    reading->thread = pthread_self();
    return read(reading->pipe, &reading->byte, 1) < 0 ? -errno : 0;
}
// #endregion work

// #region tasks
static int tick_and_write(void *pipe)
{
    for (int tick = 1; tick <= 3; tick++) {
        printf("tick %d\n", tick);
        int error = task_sleep(0.1);
        if (error)
            return error;
    }
    return write(*(int *)pipe, "x", 1) < 0 ? -errno : 0;
}

static int read_meanwhile(void *ends)
{
    struct scope scope;
    struct reading reading = {.pipe = ((int *)ends)[0]};
    scope_enter(&scope);
    int error = scope_spawn(&scope, "clock", tick_and_write, (int *)ends + 1);
    if (!error)
        error = executor_run("read", read_byte, &reading, sizeof(reading));
    if (!error)
        printf("read '%c', on %s thread\n", reading.byte,
            pthread_equal(reading.thread, pthread_self()) ? "the loop's" : "another");
    return scope_leave(&scope, error);
}
// #endregion tasks

int main(void)
{
    uv_loop_t loop;
    int ends[2], error = loop_init(&loop);
    if (error)
        return program_end(error, "the loop");
    error = pipe(ends) ? -errno : 0;
    if (!error) {
        error = task_run(&loop, "read_meanwhile", read_meanwhile, ends);
        close(ends[1]); /* a thread that still reads gets the end of the file */
    }
    loop_close(&loop);
    if (!error)
        close(ends[0]);
    return program_end(error, "the reading");
}
