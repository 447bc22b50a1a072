/* A scope: its children end before it does, the first failure cancels the others, and it may have
 * a deadline. */
#include <math.h>

#include "run.h"

// #region work
struct work {
    const char *name;
    double seconds;
    int result;
};

static int do_work(void *argument)
{
    const struct work *work = argument;
    int error = task_sleep(work->seconds);
    int result = error ? error : work->result;
    printf("  %s: %s\n", work->name, result ? uv_strerror(result) : "done");
    return result;
}
// #endregion work

// #region both
/* If joins is true, the body waits for both children; otherwise it waits for 0.1 s. */
static int run_both(struct work first, struct work second, double seconds, bool joins)
{
    struct scope scope;
    int error = scope_enter_for(&scope, seconds);
    if (!error)
        error = scope_spawn(&scope, first.name, do_work, &first);
    if (!error)
        error = scope_spawn(&scope, second.name, do_work, &second);
    if (!error)
        error = joins ? scope_join(&scope) : task_sleep(0.1);
    puts("  the body ends");
    error = scope_leave(&scope, error);
    printf("  the scope is left: %s\n", error ? uv_strerror(error) : "0");
    return error;
}
// #endregion both

static int run(void *unused)
{
    (void)unused;
    // #region cases
    /* name, seconds, result; the same for the second; the deadline; whether the body joins */
    puts("both end, and are waited for:");
    run_both((struct work){"ana", 0.1, 0}, (struct work){"bob", 0.2, 0}, INFINITY, true);
    puts("the body does not wait:");
    run_both((struct work){"ana", 0.05, 0}, (struct work){"bob", 3600, 0}, INFINITY, false);
    puts("ana fails:");
    run_both((struct work){"ana", 0.1, UV_EIO}, (struct work){"bob", 3600, 0}, INFINITY, true);
    puts("there is a deadline:");
    run_both((struct work){"ana", 0.1, 0}, (struct work){"bob", 3600, 0}, 0.2, true);
    // #endregion cases
    return 0;
}

int main(void)
{
    return run_task(run);
}
