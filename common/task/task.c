#include "common/task.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/loop/state.h"
#include "common/observe/hooks.h"
#include "common/task/floating_point.h"
#include "common/task/state.h"

#define BUDGET 32         /* calls that a task may make without a wait between them */
#define BYTES_A_CALL 8192 /* received or written, that count as one more call */

const char *task_name(const struct task *task)
{
    require(task);
    task_require_valid(task, "task_name");
    return task->name;
}

uv_loop_t *task_loop(void)
{
    return task_required("task_loop")->pool->loop;
}

struct task *task_required(const char *what)
{
    if (!running_pool)
        misuse("%s was called outside a task: only functions that task_run or scope_spawn "
               "started may call it",
            what);
    return running_pool->current;
}

/*
 * errno and the control of floating-point arithmetic belong to the thread. Each task has its own of
 * both, and the loop its own control.
 */

/* present is the thread's current control. Changes it only if it is not the wanted one. */
static inline void set_control(uint32_t present, uint32_t wanted)
{
    if (present != wanted)
        floating_point_set(wanted);
}

/*
 * Before a switch, everything is set for the next task; after it, there is nothing left to do. So
 * a task that resumes touches less memory.
 */

static inline void prepare_slice(struct task_pool *pool, struct task *task, uint32_t control)
{
    pool->current = task;
    pool->budget = BUDGET;
    *pool->error = task->error;
    set_control(control, task->control);
}

/*
 * Resources: the open handles of tasks
 */

static void add_resource(struct task *task, struct task_resource *resource)
{
    resource->task = task;
    LIST_INSERT_HEAD(&task->resources, resource, entry);
}

/* Returns whether nothing has overwritten the task's first resource. Inserting or removing a
 * resource writes to its neighbors, which may lie in a stack frame that no longer exists. */
static bool is_intact(const struct task *task, const struct task_resource *first)
{
    return first->task == task && first->entry.le_prev == &LIST_FIRST(&task->resources);
}

void task_opened(struct task_resource *resource, const char *what)
{
    require(resource);
    require(what);
    struct task *task = task_required(what);
    const struct task_resource *open = LIST_FIRST(&task->resources);
    if (open && open != resource && !is_intact(task, open))
        misuse("opens a %s after the memory of one that was not closed has been reused: close each "
               "before that",
            what);
    LIST_FOREACH(open, &task->resources, entry)
        if (open == resource)
            misuse("opens a %s that is open: close it first", what);
    *resource = (struct task_resource){.what = what};
    add_resource(task, resource);
}

void task_closed(struct task_resource *resource)
{
    require(resource);
    if (resource->task)
        LIST_REMOVE(resource, entry);
    resource->task = NULL;
}

/* A resource that is not on the task's own stack may outlive the task, for example on its parent's
 * stack. From then on the parent has to close it. */
static void pass_resources_on(struct task *task)
{
    struct task_resource *open;
    while ((open = LIST_FIRST(&task->resources))) {
        if ((char *)open >= task->coroutine.stack.low && (char *)open < task->coroutine.stack.top)
            misuse("ended with an open %s on its stack: close it before its function returns",
                is_intact(task, open) ? open->what : "stream or listener");
        if (!is_intact(task, open))
            misuse("ended after the memory of a stream or listener that was not closed had been "
                   "reused: close each before that");
        task_closed(open);
        if (task->parent)
            add_resource(task->parent->owner, open);
    }
}

/*
 * Running. The loop resumes a task. When the task suspends, it switches back to the loop, or
 * directly to the next ready task, which then suspends to the loop in its place. Tasks never nest.
 */

static void task_main(void *argument)
{
    struct task *task = argument;
    int (*function)(void *argument) = task->function;
    LIST_INIT(&task->resources);
    task->result = function(task->argument);
    if (task->scopes)
        misuse("ended with a scope that was not left: call scope_leave before each return");
    pass_resources_on(task);
    task->ended = true;
    coroutine_finish(&task->coroutine);
}

__attribute__((cold, noreturn)) static void end_overflowed(const struct task *task)
{
    observe_stack_overflow(task);
    abort();
}

static void require_whole_stack(const struct task *task, const void *pointer)
{
    if (task->canary && !stack_canary_is_intact(&task->coroutine.stack, pointer))
        end_overflowed(task);
}

/* Runs the task, and the tasks that follow it directly, until one of them suspends to the loop or
 * ends. Returns that task. */
static inline struct task *run_slices(struct task *task)
{
    struct task_pool *pool = task->pool;
    prepare_slice(pool, task, pool->control);
    running_pool = pool;
    coroutine_resume(&task->coroutine);
    running_pool = NULL;
    task = pool->current;
    set_control(task->ended ? floating_point_control() : task->control, pool->control);
    return task;
}

static inline void end_task(struct task *task)
{
    struct task_pool *pool = task->pool;
    require_whole_stack(task, task->coroutine.pointer);
    coroutine_end(&task->coroutine);
    stack_release(&pool->stacks, task->coroutine.stack);
    pool->live--;
    task->on_end(task);
}

static void resume_task(void *argument)
{
    struct task *task = run_slices(argument);
    if (task->ended)
        end_task(task);
}

/* With an observer, no task switches directly to the next. Each suspends to the loop, because the
 * observer's reports need the room on the loop's stack. */
static void resume_observed_task(void *argument)
{
    struct task *task = argument;
    struct observer *observer = task->pool->observer;
    observer_task_resumed(observer, task);
    run_slices(task);
    if (task->ended) {
        observer_task_ended(observer, task);
        end_task(task);
    } else {
        observer_task_suspended(observer, task);
    }
}

/* A task gets its stack only when it begins. If it ends without ever waiting, the next task gets
 * the same stack, which is still in the cache. */
static void begin_task(void *argument)
{
    struct task *task = argument;
    struct stack stack = task->coroutine.stack;
    task->begun = true;
    task->ready.run = task->pool->resume;
    if (!stack.low)
        stack_acquire(&task->pool->stacks, STACK_SIZE, &stack);
    task->canary = stack.guard == GUARD_CANARY;
    coroutine_begin(&task->coroutine, stack, task_main, task);
    task->ready.run(task);
}

/* Returns the task whose turn is next, or NULL: something else is next. A task's first member is
 * its callback. */
static inline struct task *next_task(const struct loop_state *state)
{
    return (struct task *)loop_next(state, resume_task);
}

/* Always inline: a frame of its own would add a tenth to the time of a yield. */
__attribute__((always_inline)) static inline void suspend(struct task_pool *pool, struct task *task)
{
    struct loop_state *state = pool->state;
    /* First, because the processor reads these registers slowly, and does the rest meanwhile. */
    task->control = floating_point_control();
    struct task *next = next_task(state);
    if (next) {
        loop_take(state);
        /* While the next task runs, the top of the stack after it is fetched into the cache: a
         * thousand tasks that yield in turn then take two thirds of the time. */
        const struct task *after_next = next_task(state);
        if (after_next)
            __builtin_prefetch(after_next->coroutine.pointer);
    }
    require_whole_stack(task, __builtin_frame_address(0));
    task->error = *pool->error;
    if (!next) {
        coroutine_suspend(&task->coroutine);
        return;
    }
    prepare_slice(pool, next, task->control);
    coroutine_transfer(&task->coroutine, &next->coroutine);
}

void task_pool_begin(struct task_pool *pool)
{
    pool->error = &errno;
    pool->control = floating_point_control();
    pool->begin = begin_task;
    pool->resume = OBSERVED(pool->observer) ? resume_observed_task : resume_task;
}

/*
 * Waiting
 */

int task_wait(struct task_wait *wait, const char *what, void (*cancel)(struct task_wait *wait))
{
    require(wait);
    require(what);
    struct task *task = task_required(what);
    /* A frame larger than the guard may have jumped over it, into the stack of another task. */
    if ((char *)__builtin_frame_address(0) < task->coroutine.stack.low)
        end_overflowed(task);
    wait->what = what;
    wait->cancel = cancel;
    wait->task = task;
    wait->since = loop_clock(task->pool->state);
    task->wait = wait;
    task_interrupt(task);
    suspend(task->pool, task);
    int cancellation = wait->result == UV_ECANCELED ? task_cancellation(task) : 0;
    return cancellation ? cancellation : wait->result;
}

void task_wake(struct task_wait *wait, int result)
{
    require(wait);
    require(wait->task);
    struct task *task = wait->task;
    if (task->wait != wait)
        misuse("%s woke a task that does not wait for it", wait->what);
    task->wait = NULL;
    wait->result = result;
    loop_schedule(task->pool->state, &task->pool->state->woken, &task->ready);
}

int task_checkpoint(const char *what)
{
    require(what);
    struct task *task = task_required(what);
    if (--task->pool->budget < 0)
        return task_yield();
    return task_cancellation(task);
}

void task_spend(size_t bytes)
{
    if (running_pool)
        running_pool->budget -= (ptrdiff_t)(bytes / BYTES_A_CALL);
}

int task_yield(void)
{
    struct task *task = task_required("task_yield");
    struct task_pool *pool = running_pool;
    loop_schedule(pool->state, &pool->state->ready, &task->ready);
    suspend(pool, task);
    return task_cancellation(task);
}

/*
 * Cancelling
 */

int task_cancellation(const struct task *task)
{
    for (const struct scope *scope = task->scopes; scope; scope = scope->outer) {
        if (scope->cancelled)
            return scope == task->scopes ? scope->cancelled : UV_ECANCELED;
        if (scope->shielded)
            return 0;
    }
    return task->cancelled ? UV_ECANCELED : 0;
}

void task_interrupt(struct task *task)
{
    struct task_wait *wait = task->wait;
    if (!wait || !wait->cancel || !task_cancellation(task))
        return;
    void (*cancel)(struct task_wait *) = wait->cancel;
    wait->cancel = NULL;
    cancel(wait);
}

void task_cancel(struct task *task)
{
    require(task);
    task_require_valid(task, "task_cancel");
    if (task->ended || task->cancelled)
        return;
    task->cancelled = true;
    task_interrupt(task);
}
