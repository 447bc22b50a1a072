/* Two tasks take turns: each prints a line, and yields to the other. */
#include <stdio.h>

#include "common/program.h"
#include "common/task.h"

static int count(void *name)
{
    for (int i = 1; i <= 3; i++) {
        printf("%s %d\n", (const char *)name, i);
        int error = task_yield();
        if (error)
            return error;
    }
    return 0;
}

static int take_turns(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    int error = scope_spawn(&scope, "left", count, "left");
    if (!error)
        error = scope_spawn(&scope, "right", count, "right");
    if (!error)
        error = scope_join(&scope);
    return scope_leave(&scope, error);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "main", take_turns, NULL);
        loop_close(&loop);
    }
    return program_end(error, "turns");
}
