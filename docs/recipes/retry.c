/* A deadline for each try, and one for all of them (asyncio.timeout inside asyncio.timeout). */
#include <stdio.h>

#include "common/task.h"

// #region recipe
/* A server that does not answer. */
static int ask(void)
{
    return task_sleep(3600);
}

static int ask_for(double seconds)
{
    struct scope scope;
    int error = scope_enter_for(&scope, seconds);
    return scope_leave(&scope, error ? error : ask());
}

/* Inside the scope of one try, the deadline of all is a cancellation: so the loop ends. */
static int keep_asking(void *unused)
{
    (void)unused;
    struct scope all;
    int tries = 0, error = scope_enter_for(&all, 0.5);
    while (!error || error == UV_ETIMEDOUT) {
        tries++;
        error = ask_for(0.2);
    }
    error = scope_leave(&all, error);
    printf("%d tries, then %s\n", tries, scope_timed_out(&all) ? "no more time" : "an answer");
    return error == UV_ETIMEDOUT ? 0 : error;
}
// #endregion recipe

int main(void)
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error)
        error = task_run(&loop, "keep asking", keep_asking, NULL);
    loop_close(&loop);
    return error != 0;
}
