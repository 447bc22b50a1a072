/* A future: a callback sets the result, and tasks wait for it. */
#include "run.h"

// #region wait
static int wait_for_it(void *future)
{
    int result;
    printf("%s waits\n", task_name(task_current()));
    int error = future_wait(future, &result);
    if (error)
        return error;
    printf("%s has %d\n", task_name(task_current()), result);
    return 0;
}
// #endregion wait

// #region arrive
static void arrive(void *future)
{
    puts("a callback sets the result");
    future_set(future, 42);
    puts("and goes on");
}
// #endregion arrive

// #region run
static int run(void *unused)
{
    (void)unused;
    struct future future = {0};
    struct task_call calls[] = {{"ana", wait_for_it, &future, 0}, {"bob", wait_for_it, &future, 0}};
    int error = loop_call_later(task_loop(), 0.1, arrive, &future);
    return error ? error : task_gather(calls, 2);
}
// #endregion run

int main(void)
{
    return run_task(run);
}
