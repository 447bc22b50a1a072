#include "common/executor.h"

#include <pthread.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdlib.h>

#include "support_runtime.h"

enum { THREADS = 4 };

/* What the test and the works that block share. Each work counts as started, waits for its turn,
 * and counts as finished. */
struct gate {
    uv_sem_t started, turn;
    uv_mutex_t mutex;
    int begun, finished;
};

static void gate_init(struct gate *gate)
{
    setenv("UV_THREADPOOL_SIZE", "4", 1);
    gate->begun = gate->finished = 0;
    uv_sem_init(&gate->started, 0);
    uv_sem_init(&gate->turn, 0);
    uv_mutex_init(&gate->mutex);
}

static void gate_free(struct gate *gate)
{
    uv_sem_destroy(&gate->started);
    uv_sem_destroy(&gate->turn);
    uv_mutex_destroy(&gate->mutex);
}

/* Runs the first task with a gate, which goes after the loop has been closed: then no work runs. */
static int run_with_gate(int (*function)(void *gate))
{
    struct gate gate;
    gate_init(&gate);
    int result = run_main(function, &gate);
    gate_free(&gate);
    return result;
}

static void count(struct gate *gate, int *counter)
{
    uv_mutex_lock(&gate->mutex);
    ++*counter;
    uv_mutex_unlock(&gate->mutex);
}

static int counted(struct gate *gate, const int *counter)
{
    uv_mutex_lock(&gate->mutex);
    int result = *counter;
    uv_mutex_unlock(&gate->mutex);
    return result;
}

struct job {
    struct gate *gate;
    int number;
    char filling[1000];
};

static int block(void *data)
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

static int run_job(void *argument)
{
    struct job *job = argument;
    int result = executor_run("block", block, job, sizeof *job);
    note("%s", result < 0 ? uv_err_name(result) : "done");
    return result;
}

/* Waits until that many works run; the loop stands still meanwhile, the threads do not. */
static void wait_until_started(struct gate *gate, int works)
{
    for (int i = 0; i < works; i++)
        uv_sem_wait(&gate->started);
}

static void let_go(struct gate *gate, int works)
{
    for (int i = 0; i < works; i++)
        uv_sem_post(&gate->turn);
}

/*
 * Work
 */

struct sum {
    alignas(max_align_t) double numbers[100];
    double sum;
    const struct sum *original;
};

static int add_up(void *data)
{
    struct sum *sum = data;
    ck_assert_ptr_ne(sum, sum->original); /* it is a copy */
    ck_assert_uint_eq((uintptr_t)sum % alignof(max_align_t), 0);
    ck_assert_ptr_null(task_current()); /* a thread of the pool is in no task */
    for (int i = 0; i < 100; i++)
        sum->sum += sum->numbers[i];
    return 100;
}

static int calculate(void *unused)
{
    (void)unused;
    struct sum sum = {.original = &sum};
    for (int i = 0; i < 100; i++)
        sum.numbers[i] = i;
    int result = executor_run("add", add_up, &sum, sizeof(sum));
    ck_assert(sum.sum == 4950.0);
    return result;
}

START_TEST(work_gets_a_copy_that_is_copied_back)
{
    ck_assert_int_eq(run_main(calculate, NULL), 100);
}
END_TEST

static int say_epipe(void *data)
{
    ck_assert_ptr_nonnull(data);
    return UV_EPIPE;
}

static int run_without_data(void *unused)
{
    (void)unused;
    return executor_run("fail", say_epipe, NULL, 0);
}

static int run_with_too_much_data(void *data)
{
    return executor_run("fail", say_epipe, data, SIZE_MAX);
}

START_TEST(more_data_than_there_is_memory_is_an_error)
{
    ck_assert_int_eq(run_main(run_with_too_much_data, ""), UV_ENOMEM);
}
END_TEST

START_TEST(work_may_have_no_data)
{
    ck_assert_int_eq(run_main(run_without_data, NULL), UV_EPIPE);
}
END_TEST

static int meet(void *barrier)
{
    uv_barrier_wait(*(uv_barrier_t **)barrier);
    return 0;
}

static int meet_the_others(void *barrier)
{
    return executor_run("meet", meet, &barrier, sizeof(barrier));
}

static int meet_on_the_pool(void *unused)
{
    (void)unused;
    uv_barrier_t barrier;
    struct task_call calls[THREADS];
    uv_barrier_init(&barrier, THREADS);
    for (int i = 0; i < THREADS; i++)
        calls[i] = (struct task_call){"meet", meet_the_others, &barrier, -1};
    int error = task_gather(calls, THREADS);
    uv_barrier_destroy(&barrier);
    return error;
}

START_TEST(several_run_at_once)
{
    setenv("UV_THREADPOOL_SIZE", "4", 1);
    ck_assert_int_eq(run_main(meet_on_the_pool, NULL), 0);
}
END_TEST

static int run_many(void *argument)
{
    struct gate *gate = argument;
    enum { JOBS = 50 };
    static struct job jobs[JOBS];
    struct task_call calls[JOBS];
    let_go(gate, JOBS);
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = (struct job){.gate = gate, .number = i};
        calls[i] = (struct task_call){"job", run_job, &jobs[i], -1};
    }
    ck_assert_int_eq(task_gather(calls, JOBS), 0);
    for (int i = 0; i < JOBS; i++) {
        ck_assert_int_eq(calls[i].result, i + 1);
        ck_assert_int_eq(jobs[i].number, i + 1);
    }
    return 0;
}

START_TEST(more_than_there_are_threads_wait_their_turn)
{
    ck_assert_int_eq(run_with_gate(run_many), 0);
}
END_TEST

static int stay_responsive(void *argument)
{
    struct gate *gate = argument;
    struct scope scope;
    struct job job = {.gate = gate};
    scope_enter(&scope);
    scope_spawn(&scope, "job", run_job, &job);
    run_ready();
    wait_until_started(gate, 1);
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(task_sleep(0), 0); /* tasks run while the work does */
    ck_assert_int_eq(job.number, 0);
    expect_notes("");
    let_go(gate, 1);
    int error = scope_join(&scope);
    ck_assert_int_eq(job.number, 1);
    expect_notes("done");
    return scope_leave(&scope, error);
}

START_TEST(others_run_meanwhile)
{
    ck_assert_int_eq(run_with_gate(stay_responsive), 0);
}
END_TEST

/*
 * Cancelled while queued
 */

static void fill_the_pool(struct scope *scope, struct gate *gate, struct job jobs[THREADS])
{
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (struct job){.gate = gate};
        scope_spawn(scope, "filling", run_job, &jobs[i]);
    }
    run_ready();
    wait_until_started(gate, THREADS);
}

static int cancel_a_queued_one(void *argument)
{
    struct gate *gate = argument;
    struct scope scope;
    struct job jobs[THREADS], job = {.gate = gate, .number = 7};
    scope_enter(&scope);
    fill_the_pool(&scope, gate, jobs);
    struct task *task = spawn_held(&scope, "queued", run_job, &job);
    run_ready();
    task_cancel(task);
    int result = 0;
    ck_assert_int_eq(task_join(task, &result), 0);
    ck_assert_int_eq(result, UV_ECANCELED);
    expect_notes("ECANCELED");
    let_go(gate, THREADS + 1);
    ck_assert_int_eq(scope_join(&scope), 0);
    expect_notes("done done done done");
    ck_assert_int_eq(run_job(&jobs[0]), 2); /* what is queued later does run */
    ck_assert_int_eq(counted(gate, &gate->begun), THREADS + 1);
    ck_assert_int_eq(job.number, 7);
    return scope_leave(&scope, 0);
}

START_TEST(work_that_had_not_begun_never_will)
{
    ck_assert_int_eq(run_with_gate(cancel_a_queued_one), 0);
}
END_TEST

static int run_job_for_a_second(void *job)
{
    struct scope scope;
    ck_assert_int_eq(scope_enter_for(&scope, 1), 0);
    return scope_leave(&scope, run_job(job));
}

static int time_out_while_queued(void *argument)
{
    struct gate *gate = argument;
    struct scope scope;
    struct job jobs[THREADS], job = {.gate = gate};
    int result = 0;
    scope_enter(&scope);
    fill_the_pool(&scope, gate, jobs);
    struct task *task = spawn_held(&scope, "queued", run_job_for_a_second, &job);
    run_ready();
    advance(1);
    let_go(gate, THREADS + 1);
    ck_assert_int_eq(task_join(task, &result), 0);
    ck_assert_int_eq(result, UV_ETIMEDOUT);
    while (counted(gate, &gate->finished) < THREADS)
        task_yield();
    ck_assert_int_eq(counted(gate, &gate->begun), THREADS);
    return scope_leave(&scope, UV_ECANCELED);
}

START_TEST(a_deadline_ends_its_waiting_too)
{
    ck_assert_int_eq(run_with_gate(time_out_while_queued), UV_ETIMEDOUT);
}
END_TEST

/*
 * Cancelled while running
 */

/* The job's memory goes before its work ends: the task is over, and its stack another's. */
static int run_a_job_of_its_own(void *gate)
{
    struct job job = {.gate = gate, .number = 7};
    int error = run_job(&job);
    ck_assert_int_eq(job.number, 7);
    ck_assert_int_eq(job.filling[0], 0);
    return error;
}

static int overwrite_the_stack(void *unused)
{
    (void)unused;
    volatile char bytes[8192];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = 's';
    run_ready();
    for (size_t i = 0; i < sizeof(bytes); i++)
        if (bytes[i] != 's')
            return UV_EIO;
    return 0;
}

static int cancel_a_running_one(void *argument)
{
    struct gate *gate = argument;
    struct scope scope;
    int result = 0;
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "running", run_a_job_of_its_own, gate);
    run_ready();
    wait_until_started(gate, 1);
    task_cancel(task);
    ck_assert_int_eq(task_join(task, &result), 0); /* does not wait for the work */
    ck_assert_int_eq(result, UV_ECANCELED);
    ck_assert_int_eq(counted(gate, &gate->finished), 0);
    scope_spawn(&scope, "another", overwrite_the_stack, NULL);
    let_go(gate, 1);
    int error = scope_join(&scope);
    return scope_leave(&scope, error);
}

START_TEST(work_that_had_begun_is_left_alone)
{
    struct gate gate;
    gate_init(&gate);
    ck_assert_int_eq(run_main(cancel_a_running_one, &gate), 0); /* and closes its loop */
    expect_notes("ECANCELED");
    ck_assert_int_eq(counted(&gate, &gate.finished), 1);
    gate_free(&gate);
}
END_TEST

static int leave_running_work(void *argument)
{
    struct gate *gate = argument;
    struct scope scope;
    scope_enter(&scope);
    for (int i = 0; i < THREADS; i++)
        scope_spawn(&scope, "running", run_a_job_of_its_own, gate);
    run_ready();
    wait_until_started(gate, THREADS);
    return scope_leave(&scope, 0);
}

static void *let_all_go(void *gate)
{
    let_go(gate, THREADS);
    return NULL;
}

START_TEST(closing_the_loop_waits_for_it)
{
    uv_loop_t loop;
    struct gate gate;
    pthread_t thread;
    gate_init(&gate);
    open_loop(&loop);
    ck_assert_int_eq(task_run(&loop, "main", leave_running_work, &gate), 0);
    expect_notes("ECANCELED ECANCELED ECANCELED ECANCELED");
    ck_assert_int_eq(counted(&gate, &gate.finished), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, let_all_go, &gate), 0);
    close_loop(&loop);
    ck_assert_int_eq(counted(&gate, &gate.finished), THREADS);
    pthread_join(thread, NULL);
    gate_free(&gate);
}
END_TEST

static int time_out_while_running(void *argument)
{
    struct gate *gate = argument;
    struct scope scope;
    struct job job = {.gate = gate, .number = 7};
    int result = 0;
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "running", run_job_for_a_second, &job);
    run_ready();
    wait_until_started(gate, 1);
    advance(1);
    ck_assert_int_eq(task_join(task, &result), 0);
    ck_assert_int_eq(result, UV_ETIMEDOUT);
    let_go(gate, 1);
    return scope_leave(&scope, UV_ECANCELED);
}

START_TEST(a_deadline_leaves_it_alone_too)
{
    ck_assert_int_eq(run_with_gate(time_out_while_running), UV_ETIMEDOUT);
    expect_notes("ETIMEDOUT");
}
END_TEST

/*
 * Cancelled before
 */

static int run_when_cancelled(void *argument)
{
    struct gate *gate = argument;
    struct job job = {.gate = gate};
    task_cancel(task_current());
    let_go(gate, 1);
    ck_assert_int_eq(run_job(&job), UV_ECANCELED);
    run_ready();
    return counted(gate, &gate->begun);
}

START_TEST(a_cancelled_task_begins_none)
{
    ck_assert_int_eq(run_with_gate(run_when_cancelled), 0);
}
END_TEST

struct stubborn {
    struct gate *gate;
    bool free;
};

static int try_on_and_on(void *argument)
{
    struct stubborn *self = argument;
    struct job job = {.gate = self->gate};
    while (!self->free)
        executor_run("block", block, &job, sizeof(job));
    return 0;
}

static int free_the_stubborn_one(void *gate)
{
    struct scope scope;
    struct stubborn stubborn = {.gate = gate};
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "stubborn", try_on_and_on, &stubborn);
    task_cancel(task);
    run_ready();
    stubborn.free = true;
    ck_assert_int_eq(task_join(task, NULL), 0);
    return scope_leave(&scope, 0);
}

START_TEST(one_that_ignores_it_cannot_stop_the_loop)
{
    ck_assert_int_eq(run_with_gate(free_the_stubborn_one), 0);
}
END_TEST

int main(void)
{
    return run_suite("executor",
        (struct test_group[]){
            {"work",
                (const TTest *const[]){work_gets_a_copy_that_is_copied_back, work_may_have_no_data,
                    more_data_than_there_is_memory_is_an_error, several_run_at_once,
                    more_than_there_are_threads_wait_their_turn, others_run_meanwhile, NULL}},
            {"queued", (const TTest *const[]){work_that_had_not_begun_never_will,
                           a_deadline_ends_its_waiting_too, NULL}},
            {"running", (const TTest *const[]){work_that_had_begun_is_left_alone,
                            closing_the_loop_waits_for_it, a_deadline_leaves_it_alone_too, NULL}},
            {"before", (const TTest *const[]){a_cancelled_task_begins_none,
                           one_that_ignores_it_cannot_stop_the_loop, NULL}},
            {NULL, NULL}});
}
