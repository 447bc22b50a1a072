/* Three tasks in a row, each with its own part of the work (asyncio.Queue between them). */
#include <stdio.h>

#include "common/queue.h"

// #region recipe
struct pipeline {
    int values[5];
    struct queue numbers, squares; /* short: a fast task waits for a slow one */
};

static int count(void *argument)
{
    struct pipeline *pipeline = argument;
    int error = 0;
    for (int i = 0; i < 5 && !error; i++) {
        pipeline->values[i] = i + 1;
        error = queue_put(&pipeline->numbers, &pipeline->values[i]);
    }
    queue_close(&pipeline->numbers); /* the next task gets UV_EOF when it has got the last one */
    return error;
}

static int square(void *argument)
{
    struct pipeline *pipeline = argument;
    void *item;
    int error;
    while (!(error = queue_get(&pipeline->numbers, &item))) {
        int *number = item;
        *number *= *number;
        error = queue_put(&pipeline->squares, number);
        if (error)
            break;
    }
    queue_close(&pipeline->squares);
    return error == UV_EOF ? 0 : error;
}

static int print(void *argument)
{
    struct pipeline *pipeline = argument;
    void *item;
    int error;
    while (!(error = queue_get(&pipeline->squares, &item)))
        printf("%d\n", *(int *)item);
    return error == UV_EOF ? 0 : error;
}

static int run_pipeline(void *unused)
{
    (void)unused;
    struct pipeline pipeline;
    int error = queue_init(&pipeline.numbers, 2);
    int other = queue_init(&pipeline.squares, 2);
    struct task_call calls[] = {{"count", count, &pipeline, 0}, {"square", square, &pipeline, 0},
        {"print", print, &pipeline, 0}};
    if (!error && !other)
        error = task_gather(calls, 3);
    queue_free(&pipeline.numbers);
    queue_free(&pipeline.squares);
    return error ? error : other;
}
// #endregion recipe

int main(void)
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "pipeline", run_pipeline, NULL);
        loop_close(&loop);
    }
    return error != 0;
}
