#include "support_loop.h"

#include "support_runtime.h"

void note_name(void *name)
{
    note("%s", (const char *)name);
}

void stop_loop(void *loop)
{
    loop_stop(loop);
}

void run_loop(uv_loop_t *loop)
{
    ck_assert_int_eq(loop_run(loop), 0);
}

void note_soon(uv_loop_t *loop, char *name)
{
    ck_assert_int_eq(loop_call_soon(loop, note_name, name), 0);
}

void note_later(uv_loop_t *loop, double seconds, char *name)
{
    ck_assert_int_eq(loop_call_later(loop, seconds, note_name, name), 0);
}

/* Notes "|" before each iteration: libuv prepares before it polls. */
static void note_iteration(uv_prepare_t *prepare)
{
    (void)prepare;
    note("|");
}

void show_passes(uv_loop_t *loop, uv_prepare_t *prepare)
{
    uv_prepare_init(loop, prepare);
    uv_prepare_start(prepare, note_iteration);
    uv_unref((uv_handle_t *)prepare);
}

void close_with_passes(uv_loop_t *loop, uv_prepare_t *prepare)
{
    uv_close((uv_handle_t *)prepare, NULL);
    close_loop(loop);
}

void call_again(void *argument)
{
    struct chain *chain = argument;
    if (chain->left-- > 0)
        loop_call_soon(chain->loop, call_again, chain);
}
