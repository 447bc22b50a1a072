/* A child runs beside its parent, and ends with the parent's scope. */
#include "run.h"

static int find_answer(void)
{
    puts("asks: 2 x 3?");
    int error = task_sleep(0.5);
    if (!error)
        puts("knows: 2 x 3? 6");
    return error;
}

// #region child
static int show_progress(void *unused)
{
    (void)unused;
    for (;;) {
        puts("...");
        int error = task_sleep(0.2);
        if (error)
            return error;
    }
}
// #endregion child

// #region parent
static int run(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    int error = scope_spawn(&scope, "progress", show_progress, NULL);
    if (!error)
        error = find_answer();
    return scope_leave(&scope, error); /* ends the child */
}
// #endregion parent

int main(void)
{
    return run_task(run);
}
