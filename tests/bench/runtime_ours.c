#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/executor.h"
#include "common/task/state.h"
#include "runtime.h"

#define SWITCHES 10000000
#define YIELDERS 1000
#define YIELDS 1000
#define SPAWNS 100000
#define GATHERED 10000
#define EXECUTED 20000
#define TIMERS 1000000
#define SUSPENDED 100000

/* Runs the work as the first task of a loop of its own. */
static double in_a_task(int (*work)(void *result))
{
    uv_loop_t loop;
    double result = 0;
    must(loop_init(&loop), "loop_init");
    must(task_run(&loop, "benchmark", work, &result), "task_run");
    must(loop_close(&loop), "loop_close");
    return result;
}

static int do_nothing(void *argument)
{
    (void)argument;
    return 0;
}

/*
 * switch
 */

static void bounce(void *coroutine)
{
    for (;;)
        coroutine_suspend(coroutine);
}

double ours_switch(void)
{
    struct stack_arena stacks;
    struct stack stack;
    struct coroutine coroutine;
    must(stack_arena_init(&stacks), "stack_arena_init");
    must(stack_acquire(&stacks, STACK_SIZE, &stack), "stack_acquire");
    coroutine_begin(&coroutine, stack, bounce, &coroutine);
    uint64_t start = uv_hrtime();
    for (int i = 0; i < SWITCHES / 2; i++)
        coroutine_resume(&coroutine);
    double result = per_unit(start, SWITCHES);
    coroutine_end(&coroutine);
    stack_release(&stacks, stack);
    stack_arena_release(&stacks);
    return result;
}

/*
 * yield_1000
 */

static int yield_often(void *argument)
{
    int error = 0;
    (void)argument;
    for (int i = 0; i < YIELDS && !error; i++)
        error = task_yield();
    return error;
}

static int measure_yield(void *result)
{
    struct scope scope;
    scope_enter(&scope);
    for (int i = 0; i < YIELDERS; i++)
        must(scope_spawn(&scope, "yield", yield_often, NULL), "scope_spawn");
    must(task_yield(), "task_yield"); /* all have begun */
    uint64_t start = uv_hrtime();
    must(scope_join(&scope), "scope_join");
    *(double *)result = per_unit(start, (double)YIELDERS * (YIELDS - 1));
    return scope_leave(&scope, 0);
}

double ours_yield(void)
{
    return in_a_task(measure_yield);
}

/*
 * spawn_join, cancel_join
 */

static int measure_spawn_join(void *result)
{
    struct scope scope;
    struct task *task;
    scope_enter(&scope);
    uint64_t start = uv_hrtime();
    for (int i = 0; i < SPAWNS; i++) {
        must(scope_spawn_with(
                 &scope, "child", do_nothing, NULL, (struct task_options){.handle = &task}),
            "scope_spawn_with");
        must(task_join(task, NULL), "task_join");
    }
    *(double *)result = per_unit(start, SPAWNS);
    return scope_leave(&scope, 0);
}

double ours_spawn_join(void)
{
    return in_a_task(measure_spawn_join);
}

static int sleep_long(void *argument)
{
    (void)argument;
    return task_sleep(3600);
}

/* What is measured is the cancelling and the joining: all sleep before. */
static int measure_cancel_join(void *result)
{
    static struct task *tasks[GATHERED];
    struct scope scope;
    scope_enter(&scope);
    for (int i = 0; i < GATHERED; i++)
        must(scope_spawn_with(
                 &scope, "child", sleep_long, NULL, (struct task_options){.handle = &tasks[i]}),
            "scope_spawn_with");
    must(task_yield(), "task_yield");
    uint64_t start = uv_hrtime();
    for (int i = 0; i < GATHERED; i++) {
        task_cancel(tasks[i]);
        must(task_join(tasks[i], NULL), "task_join");
    }
    *(double *)result = per_unit(start, GATHERED);
    return scope_leave(&scope, 0);
}

double ours_cancel_join(void)
{
    return in_a_task(measure_cancel_join);
}

/*
 * gather_10000
 */

static int measure_gather(void *result)
{
    struct task_call *calls = calloc(GATHERED, sizeof(*calls));
    must(calls ? 0 : UV_ENOMEM, "calloc");
    for (int i = 0; i < GATHERED; i++)
        calls[i] = (struct task_call){"call", do_nothing, NULL, 0};
    must(task_gather(calls, GATHERED), "task_gather"); /* the memory has been touched */
    uint64_t start = uv_hrtime();
    must(task_gather(calls, GATHERED), "task_gather");
    *(double *)result = per_unit(start, GATHERED);
    free(calls);
    return 0;
}

double ours_gather(void)
{
    return in_a_task(measure_gather);
}

/*
 * executor
 */

static int measure_executor(void *result)
{
    int data = 0;
    uint64_t start = uv_hrtime();
    for (int i = 0; i < EXECUTED; i++)
        must(executor_run("nothing", do_nothing, &data, sizeof(data)), "executor_run");
    *(double *)result = per_unit(start, EXECUTED);
    return 0;
}

double ours_executor(void)
{
    return in_a_task(measure_executor);
}

/*
 * timers_1m: set, and fired. The clock is moved, so what is measured is the work, not the waiting.
 */

static void count(void *counter)
{
    ++*(int *)counter;
}

static int measure_timers(void *result)
{
    uv_loop_t *loop = task_loop();
    struct loop_timer *timers = calloc(TIMERS, sizeof(*timers));
    int fired = 0;
    must(timers ? 0 : UV_ENOMEM, "calloc");
    loop_clock_pause(loop);
    srand(1);
    uint64_t start = uv_hrtime(), now = loop_now(loop);
    for (int i = 0; i < TIMERS; i++) {
        timers[i] = (struct loop_timer){.run = count, .argument = &fired};
        must(loop_timer_start(loop, &timers[i], now + 1 + (uint64_t)(rand() % 60000)),
            "loop_timer_start");
    }
    loop_clock_advance(loop, 61);
    while (fired < TIMERS)
        must(task_yield(), "task_yield");
    *(double *)result = per_unit(start, TIMERS);
    free(timers);
    return 0;
}

double ours_timers(void)
{
    return in_a_task(measure_timers);
}

/*
 * memory_100k
 */

static double resident_bytes(void)
{
    unsigned long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file || fscanf(file, "%lu %lu", &size, &resident) != 2)
        must(UV_ENOENT, "/proc/self/statm");
    fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static int measure_memory(void *result)
{
    struct scope scope;
    scope_enter(&scope);
    double before = resident_bytes();
    for (int i = 0; i < SUSPENDED; i++)
        must(scope_spawn(&scope, "sleeper", sleep_long, NULL), "scope_spawn");
    must(task_yield(), "task_yield");
    *(double *)result = (resident_bytes() - before) / SUSPENDED;
    return scope_leave(&scope, 0);
}

double ours_memory(void)
{
    return in_a_task(measure_memory);
}
