/* A cancelled wait returns an error. The function then cleans up and returns. */
#include <stdlib.h>

#include "run.h"

// #region careful
static int careful(void *unused)
{
    (void)unused;
    char *notes = malloc(100);
    if (!notes)
        return UV_ENOMEM;
    puts("  careful: waits with 100 bytes in its hands");
    int error = task_sleep(3600);
    printf("  careful: %s; frees them, and returns\n", uv_strerror(error));
    free(notes);
    return error;
}
// #endregion careful

// #region careless
static int careless(void *unused)
{
    (void)unused;
    for (int i = 1; i <= 3; i++) {
        task_sleep(3600);
        printf("  careless: an hour has passed, or has it? (%d)\n", i);
    }
    return 0;
}
// #endregion careless

// #region farewell
static int polite(void *unused)
{
    (void)unused;
    int error = task_sleep(3600);
    struct scope farewell;
    scope_enter_shielded(&farewell, 1.0); /* for one second, no wait in here is cancelled */
    int late = task_sleep(0.1);
    printf("  polite: has said goodbye, in 100 ms (%s)\n", late ? uv_strerror(late) : "ok");
    scope_leave(&farewell, late);
    return error;
}
// #endregion farewell

// #region cancel
static int cancel(const char *name, int (*function)(void *unused))
{
    struct scope scope;
    printf("%s:\n", name);
    scope_enter(&scope);
    int error = scope_spawn(&scope, name, function, NULL);
    if (!error)
        error = task_yield();          /* the child begins its sleep */
    return scope_leave(&scope, error); /* cancels the child */
}
// #endregion cancel

static int run(void *unused)
{
    (void)unused;
    int error = cancel("careful", careful);
    if (!error)
        error = cancel("careless", careless);
    if (!error)
        error = cancel("polite", polite);
    return error;
}

int main(void)
{
    return run_task(run);
}
