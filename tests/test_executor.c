/* The executor: work on the thread pool, its data and its result. */
#include "support_executor.h"

#include <stdalign.h>
#include <stddef.h>
#include <stdlib.h>

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

int main(void)
{
    return run_suite("executor",
        (struct test_group[]){
            {"work",
                (const TTest *const[]){work_gets_a_copy_that_is_copied_back, work_may_have_no_data,
                    more_data_than_there_is_memory_is_an_error, several_run_at_once,
                    more_than_there_are_threads_wait_their_turn, others_run_meanwhile, NULL}},
            {NULL, NULL}});
}
