/* NEAR MISS: each iteration adds two.
 * Says: you have counted more iterations than the loop has made */
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

static void count_iteration(uv_prepare_t *prepare)
{
    *(long *)prepare->data += 2;
}

/* Runs the loop to its end, and returns how many iterations that took. */
static long run_and_count(uv_loop_t *loop)
{
    long iterations = 0;
    uv_prepare_t prepare = {.data = &iterations};
    uv_prepare_init(loop, &prepare);
    uv_prepare_start(&prepare, count_iteration);
    uv_unref((uv_handle_t *)&prepare); /* otherwise it would keep the loop running */
    int error = loop_run(loop);
    uv_close((uv_handle_t *)&prepare, NULL);
    uv_run(loop, UV_RUN_NOWAIT); /* closes it: its memory is on this stack */
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
