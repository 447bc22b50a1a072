/*
 * A timer of libuv's own: start it, run the loop, and be called.
 */
#include <stdio.h>
#include <uv.h>

// #region greet
static void greet(uv_timer_t *timer)
{
    int *left = timer->data;
    puts("Hello World");
    if (--*left == 0)
        uv_timer_stop(timer);
}
// #endregion greet

int main(void)
{
    uv_loop_t loop;
    int error = uv_loop_init(&loop);
    if (error) {
        fprintf(stderr, "no loop: %s\n", uv_strerror(error));
        return 1;
    }
    int left = 3;
    uv_timer_t timer = {.data = &left};
    uv_timer_init(&loop, &timer);
    uv_timer_start(&timer, greet, 0, 100);
    puts("nothing has happened yet");
    uv_run(&loop, UV_RUN_DEFAULT);
    puts("nothing is left to wait for");

    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    return uv_loop_close(&loop) == 0 ? 0 : 1;
}
