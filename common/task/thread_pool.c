/* libuv starts the threads of its pool with the first work, and if it cannot, it aborts the program
 * without a word. */
#include "common/task/thread_pool.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <uv.h>

#define USUAL_THREADS 4
#define MAX_THREADS 1024

/* As libuv reads it. */
static size_t size_of_pool(void)
{
    const char *text = getenv("UV_THREADPOOL_SIZE");
    int size = text ? atoi(text) : USUAL_THREADS;
    return size < 1 ? 1 : size > MAX_THREADS ? MAX_THREADS : (size_t)size;
}

static void wait_for_end(void *end)
{
    uv_sem_wait(end);
}

/* Whether as many threads as libuv's pool has can exist at once. The C library keeps their stacks
 * for those that libuv starts next. */
static bool can_start(uv_thread_t *threads, size_t count)
{
    uv_sem_t end;
    size_t started = 0;
    if (uv_sem_init(&end, 0))
        return false;
    while (started < count && uv_thread_create(&threads[started], wait_for_end, &end) == 0)
        started++;
    for (size_t i = 0; i < started; i++)
        uv_sem_post(&end);
    for (size_t i = 0; i < started; i++)
        uv_thread_join(&threads[i]);
    uv_sem_destroy(&end);
    return started == count;
}

int thread_pool_prepare(void)
{
    static atomic_bool prepared;
    if (prepared)
        return 0;
    size_t count = size_of_pool();
    uv_thread_t *threads = malloc(count * sizeof(*threads));
    prepared = threads && can_start(threads, count);
    free(threads);
    return prepared ? 0 : UV_ENOMEM;
}
