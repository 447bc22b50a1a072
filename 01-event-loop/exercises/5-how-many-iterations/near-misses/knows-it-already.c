/* NEAR MISS: the numbers are right, but nothing was measured.
 * Says: that is no measuring */
#include "../exercise.h"

#include "common/loop.h"

struct chain {
    uv_loop_t *loop;
    long left;
};

static void next(void *argument)
{
    struct chain *chain = argument;
    if (--chain->left > 0)
        loop_call_soon(chain->loop, next, chain);
}

static void do_nothing(void *unused)
{
    (void)unused;
}

/* Runs the loop to its end, and returns how many iterations that took. */
static long run_and_count(uv_loop_t *loop)
{
    int error = loop_run(loop);
    return error ? error : 1;
}

long iterations_of_chain(long calls)
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (error)
        return error;
    struct chain chain = {&loop, calls};
    loop_call_soon(&loop, next, &chain);
    long iterations = calls * run_and_count(&loop);
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
