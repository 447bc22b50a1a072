/* The same work in slices: the other callbacks run in between. */
#include <stdio.h>

#include "common/loop.h"

struct clock {
    uv_loop_t *loop;
    uint64_t began;
    int left;
};

static void tick(void *argument)
{
    struct clock *clock = argument;
    printf("%3d ms  tick\n", (int)(loop_now(clock->loop) - clock->began));
    if (--clock->left > 0)
        loop_call_later(clock->loop, 0.1, tick, clock);
}

// #region slice
struct work {
    uv_loop_t *loop;
    int slices; /* left to do, of 10 ms each */
};

static void slice(void *argument)
{
    struct work *work = argument;
    uv_sleep(10);
    if (--work->slices > 0)
        loop_call_soon(work->loop, slice, work);
    else
        puts("        work: ends");
}
// #endregion slice

int main(void)
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (error) {
        fprintf(stderr, "loop_init: %s\n", uv_strerror(error));
        return 1;
    }
    struct clock clock = {&loop, loop_now(&loop), 5};
    struct work work = {&loop, 35};
    loop_call_soon(&loop, tick, &clock);
    loop_call_later(&loop, 0.15, slice, &work);
    error = loop_run(&loop);
    loop_close(&loop);
    if (error)
        fprintf(stderr, "loop_run: %s\n", uv_strerror(error));
    return error != 0;
}
