/* A cancelled wait returns an error. The function then cleans up and returns. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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
    int late = scope_enter_shielded(&farewell, 1.0); /* for one second, no wait is cancelled */
    if (!late)
        late = task_sleep(0.1);
    printf("  polite: %s\n", late ? uv_strerror(late) : "has said goodbye, in 100 ms");
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
    return error ? error : cancel("careless", careless);
}

static int run_polite(void *unused)
{
    (void)unused;
    return cancel("polite", polite);
}

int main(int argc, char **argv)
{
    bool only_polite = argc > 1 && strcmp(argv[1], "polite") == 0;
    return run_task(only_polite ? run_polite : run);
}
