#include "common/executor.h"

#include <stdlib.h>
#include <string.h>

#include "common/loop/state.h"
#include "common/observe/hooks.h"
#include "common/task/thread_pool.h"

/* The memory of the work, which is freed when libuv has finished with it, even if no task waits any
 * more. libuv itself reports the end of the work on the loop's thread: loop_call_soon_threadsafe
 * would need one more allocation, and could not be cancelled. */
struct request {
    uv_work_t work;
    struct executor_wait *wait; /* NULL: the task has stopped waiting */
    int (*run)(void *data);
    int result;
    struct observed_work observed;
    max_align_t data[];
};

struct executor_wait {
    struct task_wait wait;
    struct request *request;
    void *data;
    size_t size;
};

static void run_on_thread(uv_work_t *work)
{
    struct request *request = (struct request *)work;
    const struct loop_state *state = state_of(work->loop);
    observe(state->observer, work_begin, &request->observed);
    request->result = request->run(request->data);
    observe(state->observer, work_end, &request->observed);
}

static void finish(uv_work_t *work, int status)
{
    struct request *request = (struct request *)work;
    struct executor_wait *wait = request->wait;
    observe(state_of(work->loop)->observer, work_back, &request->observed, wait != NULL);
    if (wait) {
        if (wait->size && !status) /* the work has run */
            memcpy(wait->data, request->data, wait->size);
        task_wake(&wait->wait, status ? status : request->result);
    }
    free(request);
}

static void cancel(struct task_wait *wait)
{
    struct request *request = ((struct executor_wait *)wait)->request;
    if (uv_cancel((uv_req_t *)&request->work) == 0)
        return; /* the work had not begun: libuv calls finish with UV_ECANCELED */
    request->wait = NULL;
    task_wake(wait, UV_ECANCELED);
}

int executor_run(const char *what, int (*work)(void *data), void *data, size_t size)
{
    require(what);
    require(work);
    if (size)
        require(data);
    uv_loop_t *loop = task_loop();
    int error = task_checkpoint(what);
    if (!error)
        error = thread_pool_prepare();
    if (error)
        return error;
    struct request *request =
        size < PTRDIFF_MAX - sizeof(*request) ? malloc(sizeof(*request) + size) : NULL;
    if (!request)
        return UV_ENOMEM;
    struct executor_wait wait = {.request = request, .data = data, .size = size};
    request->wait = &wait;
    request->run = work;
    if (size)
        memcpy(request->data, data, size);
    observe(state_of(loop)->observer, work_given, &request->observed, what);
    error = uv_queue_work(loop, &request->work, run_on_thread, finish);
    if (error) {
        free(request);
        return error;
    }
    return task_wait(&wait.wait, what, cancel);
}
