/* NEAR MISS: an iteration runs any number of calls: here each call of the row counts as one.
 * Says: you have counted more iterations than the loop has made */
#include "../exercise.h"

#include "common/loop.h"

static long iterations;

struct chain {
    uv_loop_t *loop;
    long left;
};

static void next(void *argument)
{
    struct chain *chain = argument;
    iterations++;
    if (--chain->left > 0)
        loop_call_soon(chain->loop, next, chain);
}

static void do_nothing(void *unused)
{
    (void)unused;
    iterations++;
}

/* Runs the loop to its end, and returns how many iterations that took. */
static long run_and_count(uv_loop_t *loop)
{
    iterations = 0;
    int error = loop_run(loop);
    return error ? error : iterations;
}

long iterations_of_chain(long calls)
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (error)
        return error;
    struct chain chain = {&loop, calls};
    loop_call_soon(&loop, next, &chain);
    long iterations = run_and_count(&loop);
    loop_close(&loop);
    return iterations;
}

long iterations_of_row(long calls)
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (error)
        return error;
    for (long i = 0; i < calls; i++)
        loop_call_soon(&loop, do_nothing, NULL);
    long iterations = run_and_count(&loop);
    loop_close(&loop);
    return iterations;
}
