#include "support_executor.h"

#include <stdlib.h>

void gate_init(struct gate *gate)
{
    setenv("UV_THREADPOOL_SIZE", "4", 1);
    gate->begun = gate->finished = 0;
    uv_sem_init(&gate->started, 0);
    uv_sem_init(&gate->turn, 0);
    uv_mutex_init(&gate->mutex);
}

void gate_free(struct gate *gate)
{
    uv_sem_destroy(&gate->started);
    uv_sem_destroy(&gate->turn);
    uv_mutex_destroy(&gate->mutex);
}

int run_with_gate(int (*function)(void *gate))
{
    struct gate gate;
    gate_init(&gate);
    int result = run_main(function, &gate);
    gate_free(&gate);
    return result;
}

void count(struct gate *gate, int *counter)
{
    uv_mutex_lock(&gate->mutex);
    ++*counter;
    uv_mutex_unlock(&gate->mutex);
}

int counted(struct gate *gate, const int *counter)
{
    uv_mutex_lock(&gate->mutex);
    int result = *counter;
    uv_mutex_unlock(&gate->mutex);
    return result;
}

int block(void *data)
{
    struct job *job = data;
    count(job->gate, &job->gate->begun);
    uv_sem_post(&job->gate->started);
    uv_sem_wait(&job->gate->turn);
    for (size_t i = 0; i < sizeof(job->filling); i++)
        job->filling[i] = 'w';
    count(job->gate, &job->gate->finished);
    return ++job->number;
}

int run_job(void *argument)
{
    struct job *job = argument;
    int result = executor_run("block", block, job, sizeof *job);
    note("%s", result < 0 ? uv_err_name(result) : "done");
    return result;
}

void wait_until_started(struct gate *gate, int works)
{
    for (int i = 0; i < works; i++)
        uv_sem_wait(&gate->started);
}

void let_go(struct gate *gate, int works)
{
    for (int i = 0; i < works; i++)
        uv_sem_post(&gate->turn);
}

void fill_the_pool(struct scope *scope, struct gate *gate, struct job jobs[THREADS])
{
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (struct job){.gate = gate};
        scope_spawn(scope, "filling", run_job, &jobs[i]);
    }
    run_ready();
    wait_until_started(gate, THREADS);
}
