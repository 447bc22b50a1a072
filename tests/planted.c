#include "planted.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/executor.h"
#include "common/task/state.h"

#define SIZE 16

/* Says where it stands, on stderr, where the report is to name the same line. */
#define PLANT(statement)                                                                           \
    do {                                                                                           \
        fprintf(stderr, "planted at planted.c:%d\n", __LINE__);                                    \
        statement;                                                                                 \
    } while (0)

/* What the tasks have in common. The same lines run with and without the mistake. */
struct shared {
    bool mistaken;
    char *text;
    int count;
    const char *stack;
    struct future ready;
};

/* The second begins when the first waits. */
static int run_both(int (*first)(void *shared), int (*second)(void *shared), struct shared *shared)
{
    struct task_call calls[] = {{"first", first, shared, 0}, {"second", second, shared, 0}};
    return task_gather(calls, 2);
}

static int run_one(int (*function)(void *shared), struct shared *shared)
{
    struct task_call call = {"only", function, shared, 0};
    return task_gather(&call, 1);
}

static int wait_until_ready(struct shared *shared)
{
    return future_wait(&shared->ready, NULL);
}

/*
 * Overflow of a local array
 */

static int write_to_array(void *data)
{
    const struct shared *shared = data;
    volatile char array[SIZE] = {0};
    volatile char *volatile start = array; /* UBSan would be first if it knew the size */
    volatile size_t index = shared->mistaken ? SIZE : SIZE - 1;
    int error = task_yield();
    PLANT(start[index] = 'x');
    return array[0] ? UV_EINVAL : error;
}

static int yield_twice(void *unused)
{
    (void)unused;
    int error = task_yield();
    return error ? error : task_yield();
}

static int overflow(void *shared)
{
    return run_both(yield_twice, write_to_array, shared);
}

static __attribute__((noinline)) int leave_arrays_behind(int depth)
{
    volatile char array[SIZE] = {0};
    array[depth % SIZE] = (char)depth;
    return depth ? leave_arrays_behind(depth - 1) + array[0] : array[0];
}

static int use_the_stack(void *data)
{
    struct shared *shared = data;
    shared->stack = task_current()->coroutine.stack.low;
    leave_arrays_behind(100);
    return task_yield();
}

static int write_on_the_same_stack(void *data)
{
    const struct shared *shared = data;
    return task_current()->coroutine.stack.low == shared->stack ? write_to_array(data) : UV_EINVAL;
}

static int overflow_on_a_used_stack(void *shared)
{
    int error = run_one(use_the_stack, shared);
    return error ? error : run_one(write_on_the_same_stack, shared);
}

/*
 * Memory that is no more: what one task has freed, or what was on its stack
 */

static int use_text(void *data)
{
    struct shared *shared = data;
    PLANT(shared->count += shared->text[0]);
    return future_set(&shared->ready, 0);
}

static int free_text(void *data)
{
    struct shared *shared = data;
    int error = shared->mistaken ? 0 : wait_until_ready(shared);
    PLANT(free(shared->text));
    return error;
}

static int use_after_free(void *data)
{
    struct shared *shared = data;
    shared->text = calloc(1, SIZE);
    return run_both(free_text, use_text, shared);
}

static __attribute__((noinline)) int lend(struct shared *shared)
{
    char text[SIZE] = {0};
    char *volatile lent = text; /* so that the compiler does not see what it would warn of */
    shared->text = lent;
    return shared->mistaken ? 0 : wait_until_ready(shared);
}

static int lend_text(void *data)
{
    int error = lend(data);
    return error ? error : wait_until_ready(data);
}

static int use_after_return(void *shared)
{
    return run_both(lend_text, use_text, shared);
}

static int write_behind_text(void *data)
{
    struct shared *shared = data;
    volatile size_t index = shared->mistaken ? SIZE : SIZE - 1;
    shared->text = calloc(1, SIZE);
    int error = task_yield();
    PLANT(shared->text[index] = 'x');
    free(shared->text);
    return error;
}

static int heap_overflow(void *shared)
{
    return run_both(yield_twice, write_behind_text, shared);
}

/*
 * Values
 */

static int count_on(void *data)
{
    struct shared *shared = data;
    shared->count = INT_MAX - !shared->mistaken;
    int error = task_yield();
    PLANT(shared->count++);
    return error;
}

static int count_too_far(void *shared)
{
    return run_both(yield_twice, count_on, shared);
}

static __attribute__((noinline)) void fill(volatile char *array, size_t size)
{
    while (size-- > 0)
        array[size] = 'x';
}

static int ask_array(void *data)
{
    struct shared *shared = data;
    volatile char array[SIZE];
    fill(array, shared->mistaken ? SIZE - 1 : SIZE);
    int error = task_yield();
    PLANT(if (array[SIZE - 1] == 'x') shared->count++);
    return error;
}

static int use_uninitialised(void *shared)
{
    return run_both(yield_twice, ask_array, shared);
}

/*
 * A data race
 */

static int count_on_a_thread(void *data)
{
    struct shared *shared = *(struct shared **)data;
    PLANT(shared->count++);
    return 0;
}

static int let_a_thread_count(void *data)
{
    struct shared *shared = data;
    int error = executor_run("count", count_on_a_thread, &shared, sizeof shared);
    future_set(&shared->ready, 0);
    return error;
}

static int count_in_a_task(void *data)
{
    struct shared *shared = data;
    int error = shared->mistaken ? 0 : wait_until_ready(shared);
    PLANT(shared->count++);
    return error;
}

static int race(void *shared)
{
    return run_both(let_a_thread_count, count_in_a_task, shared);
}

static const struct planted {
    const char *name;
    int (*function)(void *shared);
} all_planted[] = {
    {"overflow", overflow},
    {"overflow_on_a_used_stack", overflow_on_a_used_stack},
    {"use_after_free", use_after_free},
    {"use_after_return", use_after_return},
    {"heap_overflow", heap_overflow},
    {"count_too_far", count_too_far},
    {"use_uninitialised", use_uninitialised},
    {"race", race},
};

int run_planted(const char *name, bool mistaken)
{
    const struct planted *planted = all_planted;
    while (strcmp(planted->name, name) != 0)
        planted++;
    struct shared shared = {.mistaken = mistaken};
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (error)
        return EXIT_FAILURE;
    error = task_run(&loop, "main", planted->function, &shared);
    return error || loop_close(&loop) ? EXIT_FAILURE : EXIT_SUCCESS;
}
