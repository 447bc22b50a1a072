/* NEAR MISS: the loop has failed, and the number is returned as if it had not.
 * Says: loop_run has returned UV_ENOMEM */
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

static void count(uv_prepare_t *handle)
{
    ++*(long *)handle->data;
}
/* Runs the loop to its end, and returns how many iterations that took. */
static long run_and_count(uv_loop_t *loop)
{
    long iterations = 0;
    /* EXERCISE: count them. libuv has a kind of handle whose callback it calls in each iteration.
     */
    uv_prepare_t handle;
    uv_prepare_init(loop, &handle);
    handle.data = &iterations;
    uv_prepare_start(&handle, count);
    uv_unref((uv_handle_t *)&handle);
    loop_run(loop);
    uv_close((uv_handle_t *)&handle, NULL);
    uv_run(loop, UV_RUN_NOWAIT);
    return iterations;
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
