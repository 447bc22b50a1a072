/* Five calls at once, which block for 500 ms each, on a pool of four threads. */
#include <stdio.h>
#include <time.h>

#include "common/executor.h"
#include "common/program.h"

#define CALLS 5

// #region call
struct call {
    unsigned long milliseconds; /* from the request to the result */
};

static int block(void *unused)
{
    (void)unused;
    struct timespec left = {.tv_nsec = 500 * 1000000};
    while (nanosleep(&left, &left))
        ;
    return 0;
}

static int measure(void *argument)
{
    struct call *call = argument;
    uint64_t start = uv_hrtime();
    int error = executor_run("sleep", block, NULL, 0);
    call->milliseconds = (unsigned long)((uv_hrtime() - start) / 1000000);
    return error;
}
// #endregion call

// #region all
static int measure_all(void *argument)
{
    struct call *calls = argument;
    struct task_call all[CALLS];
    for (int i = 0; i < CALLS; i++)
        all[i] = (struct task_call){"call", measure, &calls[i], 0};
    return task_gather(all, CALLS);
}
// #endregion all

int main(void)
{
    uv_loop_t loop;
    struct call calls[CALLS];
    int error = loop_init(&loop);
    if (error)
        return program_end(error, "the loop");
    error = task_run(&loop, "measure_all", measure_all, calls);
    loop_close(&loop);
    for (int i = 0; i < CALLS && !error; i++)
        printf("call %d: %lu ms, %s as it blocks\n", i + 1, calls[i].milliseconds,
            calls[i].milliseconds < 750 ? "as long" : "twice as long");
    return program_end(error, "the calls");
}
