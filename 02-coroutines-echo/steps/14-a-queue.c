/* A queue between tasks: a producer puts jobs in, and two workers take them out. */
#include "common/queue.h"
#include "run.h"

// #region jobs
struct job {
    const char *name;
    double seconds;
};

static struct job todo[] = {{"a long one", 0.5}, {"b", 0.1}, {"c", 0.1}, {"d", 0.1}};
// #endregion jobs

// #region produce
static int produce(void *argument)
{
    struct queue *jobs = argument;
    int error = 0;
    for (size_t i = 0; i < sizeof(todo) / sizeof(*todo) && !error; i++) {
        error = queue_put(jobs, &todo[i]); /* waits while the queue is full */
        if (!error)
            printf("producer: has put %s\n", todo[i].name);
    }
    queue_close(jobs);
    return error;
}
// #endregion produce

// #region work
static int work(void *argument)
{
    struct queue *jobs = argument;
    void *item;
    int error;
    while ((error = queue_get(jobs, &item)) == 0) { /* waits while the queue is empty */
        const struct job *job = item;
        printf("  %s: begins %s\n", task_name(task_current()), job->name);
        error = task_sleep(job->seconds);
        if (error)
            return error;
        printf("  %s: has done %s\n", task_name(task_current()), job->name);
    }
    printf("  %s: %s\n", task_name(task_current()), uv_strerror(error));
    return error == UV_EOF ? 0 : error;
}
// #endregion work

// #region run
static int run(void *unused)
{
    (void)unused;
    struct queue jobs;
    int error = queue_init(&jobs, 1);
    if (error)
        return error;
    struct task_call calls[] = {
        {"ana", work, &jobs, 0}, {"bob", work, &jobs, 0}, {"producer", produce, &jobs, 0}};
    error = task_gather(calls, 3);
    queue_free(&jobs);
    return error;
}
// #endregion run

int main(void)
{
    return run_task(run);
}
