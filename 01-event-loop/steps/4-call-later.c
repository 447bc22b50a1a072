/* call_later made by hand: a timer for each call, freed when libuv has closed it. */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

// #region call_later
struct call {
    uv_timer_t timer;
    void (*run)(void *argument);
    void *argument;
};

static void free_call(uv_handle_t *timer)
{
    free(timer->data);
}

static void due(uv_timer_t *timer)
{
    struct call *call = timer->data;
    call->run(call->argument);
    uv_close((uv_handle_t *)timer, free_call);
}

static int call_later(uv_loop_t *loop, double seconds, void (*run)(void *argument), void *argument)
{
    struct call *call = malloc(sizeof(*call));
    if (!call)
        return UV_ENOMEM;
    call->run = run;
    call->argument = argument;
    uv_timer_init(loop, &call->timer);
    call->timer.data = call;
    return uv_timer_start(&call->timer, due, (uint64_t)(seconds * 1000), 0);
}
// #endregion call_later

// #region print_and_repeat
struct hello {
    uv_loop_t *loop;
    int left; /* greetings */
};

static void print_and_repeat(void *argument)
{
    struct hello *hello = argument;
    puts("Hello World");
    if (--hello->left == 0)
        return;
    int error = call_later(hello->loop, 0.2, print_and_repeat, hello);
    if (error)
        fprintf(stderr, "call_later: %s\n", uv_strerror(error));
}
// #endregion print_and_repeat

int main(void)
{
    uv_loop_t loop;
    int error = uv_loop_init(&loop);
    if (!error) {
        print_and_repeat(&(struct hello){&loop, 3});
        uv_run(&loop, UV_RUN_DEFAULT);
        error = uv_loop_close(&loop);
    }
    if (error)
        fprintf(stderr, "libuv: %s\n", uv_strerror(error));
    return error != 0;
}
