#include "01-event-loop/compare_ways.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "01-event-loop/compare_measure.h"
#include "common/executor.h"
#include "common/task.h"

static void fail(struct job *job, size_t pieces, int error)
{
    job->failed += pieces;
    job->error = error;
}

static void one_after_another(struct job *job)
{
    for (size_t i = 0; i < job->tasks; i++)
        work_blocking(&job->work);
}

/*
 * Processes
 */

/* Lies in memory that the process and its parent share. */
struct worker {
    pid_t process;
    size_t memory; /* private bytes, written by the process at its end */
};

static void work_in_process(struct work *work, struct worker *worker)
{
    measure_end_with_parent();
    work_blocking(work);
    worker->memory = measure_own_memory();
    _exit(0);
}

static void wait_for_process(struct job *job, const struct worker *worker)
{
    int status;
    pid_t ended;
    do
        ended = waitpid(worker->process, &status, 0);
    while (ended < 0 && errno == EINTR);
    if (ended < 0)
        fail(job, 1, -errno);
    else if (status != 0)
        fail(job, 1, UV_ECANCELED);
    job->memory += worker->memory;
}

static void in_processes(struct job *job)
{
    size_t size = job->tasks * sizeof(struct worker);
    struct worker *workers =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (workers == MAP_FAILED) {
        fail(job, job->tasks, -errno);
        return;
    }
    for (size_t i = 0; i < job->tasks; i++) {
        pid_t process = fork();
        if (process == 0)
            work_in_process(&job->work, &workers[i]);
        workers[i].process = process;
        if (process < 0)
            fail(job, 1, -errno);
    }
    for (size_t i = 0; i < job->tasks; i++)
        if (workers[i].process > 0)
            wait_for_process(job, &workers[i]);
    munmap(workers, size);
}

/*
 * Threads
 */

static void *work_in_thread(void *work)
{
    work_blocking(work);
    return NULL;
}

static void in_threads(struct job *job)
{
    pthread_t *threads = calloc(job->tasks, sizeof(*threads));
    if (!threads) {
        fail(job, job->tasks, UV_ENOMEM);
        return;
    }
    size_t started = 0;
    for (size_t i = 0; i < job->tasks; i++) {
        int error = pthread_create(&threads[started], NULL, work_in_thread, &job->work);
        if (error)
            fail(job, 1, uv_translate_sys_error(error));
        else
            started++;
    }
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    free(threads);
}

/*
 * Tasks: the two differ only in the call that waits.
 */

static int work_on_pool(void *argument)
{
    struct work *work = *(struct work **)argument;
    return work_blocking(work);
}

static int task_on_pool(void *work)
{
    return executor_run("work", work_on_pool, &work, sizeof(struct work *));
}

static int task_on_loop(void *work)
{
    return work_in_task(work);
}

struct tasks {
    struct job *job;
    int (*function)(void *work);
};

static int spawn_tasks(void *argument)
{
    struct tasks *tasks = argument;
    struct job *job = tasks->job;
    struct scope scope;
    scope_enter(&scope);
    for (size_t i = 0; i < job->tasks; i++) {
        int error = scope_spawn(&scope, "work", tasks->function, &job->work);
        if (error)
            fail(job, 1, error);
    }
    return scope_leave(&scope, scope_join(&scope));
}

static void run_tasks(struct job *job, int (*function)(void *work))
{
    struct tasks tasks = {job, function};
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "compare", spawn_tasks, &tasks);
        loop_close(&loop);
    }
    if (error)
        fail(job, job->tasks - job->failed - atomic_load(job->work.done), error);
}

static void on_pool(struct job *job)
{
    run_tasks(job, task_on_pool);
}

static void on_loop(struct job *job)
{
    run_tasks(job, task_on_loop);
}

const struct way compare_ways[COMPARE_WAYS] = {
    {{"uma após a outra", "one after another"}, one_after_another},
    {{"processos", "processes"}, in_processes},
    {{"threads", "threads"}, in_threads},
    {{"pool de threads da libuv", "libuv's thread pool"}, on_pool},
    {{"tarefas no loop", "tasks on the loop"}, on_loop},
};
