/* No more than two at once, however many there are to do (asyncio.Semaphore). */
#include <stdio.h>

#include "common/queue.h"

// #region recipe
#define AT_ONCE 2

struct downloads {
    struct queue permits; /* each download puts one in, and takes one out when it has ended */
    int running, most;
};

static int download(void *argument)
{
    struct downloads *downloads = argument;
    void *permit;
    int error = queue_put(&downloads->permits, downloads); /* waits while AT_ONCE are in */
    if (error)
        return error;
    if (++downloads->running > downloads->most)
        downloads->most = downloads->running;
    error = task_sleep(0.05);
    downloads->running--;
    queue_try_get(&downloads->permits, &permit);
    return error;
}

static int download_all(void *unused)
{
    (void)unused;
    struct downloads downloads = {0};
    struct scope scope;
    int error = queue_init(&downloads.permits, AT_ONCE);
    scope_enter(&scope);
    for (int i = 0; i < 6 && !error; i++)
        error = scope_spawn(&scope, "download", download, &downloads);
    if (!error)
        error = scope_join(&scope);
    error = scope_leave(&scope, error);
    queue_free(&downloads.permits);
    printf("6 downloads, at most %d at once\n", downloads.most);
    return error;
}
// #endregion recipe

int main(void)
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "download all", download_all, NULL);
        loop_close(&loop);
    }
    return error != 0;
}
