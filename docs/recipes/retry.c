/* A deadline for each try, and one for all of them (asyncio.timeout inside asyncio.timeout). */
#include <stdio.h>
#include <stdlib.h>

#include "common/task.h"

// #region recipe
/* A server that does not answer the first questions. */
static int ask(int *silences)
{
    return (*silences)-- > 0 ? task_sleep(3600) : 0;
}

static int ask_for(double seconds, int *silences)
{
    struct scope scope;
    int error = scope_enter_for(&scope, seconds);
    return scope_leave(&scope, error ? error : ask(silences));
}

/* Inside the scope of one try, the deadline of all is a cancellation: so the loop ends. */
static int keep_asking(void *silences)
{
    struct scope all;
    int tries = 0, error = scope_enter_for(&all, 0.5);
    if (!error) {
        do {
            tries++;
            error = ask_for(0.2, silences);
        } while (error == UV_ETIMEDOUT);
    }
    error = scope_leave(&all, error);
    printf("tries: %d, then %s\n", tries, scope_timed_out(&all) ? "no more time" : "an answer");
    return error == UV_ETIMEDOUT ? 0 : error;
}
// #endregion recipe

/* retry [SILENCES]: how many questions the server does not answer. */
int main(int argc, char **argv)
{
    int silences = argc > 1 ? atoi(argv[1]) : 100;
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "keep asking", keep_asking, &silences);
        loop_close(&loop);
    }
    return error != 0;
}
