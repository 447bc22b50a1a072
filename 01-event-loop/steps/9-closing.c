/* uv_close only asks: the handle is closed when its callback has been called. */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

static void say_closing(uv_loop_t *loop, const char *when)
{
    int error = uv_loop_close(loop);
    printf("%-28s uv_loop_close: %s\n", when, error ? uv_err_name(error) : "0");
}

// #region closed
static void closed(uv_handle_t *handle)
{
    puts("closed: now the memory may go");
    free(handle);
}
// #endregion closed

int main(void)
{
    uv_loop_t loop;
    uv_timer_t *timer = malloc(sizeof(*timer));
    if (!timer || uv_loop_init(&loop)) {
        free(timer);
        fputs("no memory for a loop\n", stderr);
        return 1;
    }
    // #region stages
    uv_timer_init(&loop, timer);
    say_closing(&loop, "initialized, never started");

    uv_close((uv_handle_t *)timer, closed);
    say_closing(&loop, "uv_close has returned");

    uv_run(&loop, UV_RUN_DEFAULT);
    say_closing(&loop, "the loop has run");
    // #endregion stages
    return 0;
}
