/* Work on the thread pool whose task is cancelled: before it begins, in the queue, at work. */
#include "support_executor.h"

#include <pthread.h>

/*
 * Cancelled while queued
 */

static int cancel_a_queued_one(void *argument)
{
    struct gate *gate = argument;
    struct scope scope;
    struct job jobs[THREADS], job = {.gate = gate, .number = 7};
    scope_enter(&scope);
    fill_the_pool(&scope, gate, jobs);
    struct task *task = spawn_held(&scope, "queued", run_job, &job);
    run_ready();
    job.number = 8; /* the caller's memory; the work has a copy */
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
    ck_assert_int_eq(job.number, 8);
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
    return run_suite("executor_cancel",
        (struct test_group[]){{"queued", (const TTest *const[]){work_that_had_not_begun_never_will,
                                             a_deadline_ends_its_waiting_too, NULL}},
            {"running", (const TTest *const[]){work_that_had_begun_is_left_alone,
                            closing_the_loop_waits_for_it, a_deadline_leaves_it_alone_too, NULL}},
            {"before", (const TTest *const[]){a_cancelled_task_begins_none,
                           one_that_ignores_it_cannot_stop_the_loop, NULL}},
            {NULL, NULL}});
}
