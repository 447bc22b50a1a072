/* The same two jobs on libuv: one timer for each. */
#include <stdio.h>
#include <uv.h>

// #region work
struct job {
    uv_timer_t timer;
    const char *text;
    int left;
};

static void work(uv_timer_t *timer)
{
    struct job *job = timer->data;
    puts(job->text);
    if (--job->left == 0)
        uv_close((uv_handle_t *)timer, NULL);
}
// #endregion work

// #region start
static int start(uv_loop_t *loop, struct job *job, uint64_t interval)
{
    int error = uv_timer_init(loop, &job->timer);
    if (error)
        return error;
    job->timer.data = job;
    return uv_timer_start(&job->timer, work, 0, interval);
}

int main(void)
{
    uv_loop_t loop;
    struct job greet = {.text = "Hello World", .left = 3}, count = {.text = "tick", .left = 2};
    int error = uv_loop_init(&loop);
    if (!error)
        error = start(&loop, &greet, 200);
    if (!error)
        error = start(&loop, &count, 300);
    if (!error)
        uv_run(&loop, UV_RUN_DEFAULT);
    if (!error)
        error = uv_loop_close(&loop);
    if (error)
        fprintf(stderr, "libuv: %s\n", uv_strerror(error));
    return error != 0;
}
// #endregion start
