/* A callback that blocks holds up all the others. */
#include <stdio.h>

#include "common/loop.h"

struct clock {
    uv_loop_t *loop;
    uint64_t began;
    int left;
};

// #region callbacks
static void tick(void *argument)
{
    struct clock *clock = argument;
    printf("%3d ms  tick\n", (int)(loop_now(clock->loop) - clock->began));
    if (--clock->left > 0)
        loop_call_later(clock->loop, 0.1, tick, clock);
}

static void block(void *unused)
{
    (void)unused;
    puts("        block: begins");
    uv_sleep(350);
    puts("        block: ends");
}
// #endregion callbacks

int main(void)
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (error) {
        fprintf(stderr, "loop_init: %s\n", uv_strerror(error));
        return 1;
    }
    struct clock clock = {&loop, loop_now(&loop), 5};
    loop_call_soon(&loop, tick, &clock);
    loop_call_later(&loop, 0.15, block, NULL);
    error = loop_run(&loop);
    loop_close(&loop);
    if (error)
        fprintf(stderr, "loop_run: %s\n", uv_strerror(error));
    return error != 0;
}
