#include "common/task.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/loop/state.h"
#include "common/observe/hooks.h"
#include "common/task/floating_point.h"
#include "common/task/state.h"

#define BUDGET 32         /* calls that a task may make without a wait between them */
#define BYTES_A_CALL 8192 /* that it receives or writes count as another call */
#define SAVED 64          /* bytes below the frame: there the switch saves the registers */

/* The pool whose tasks this thread runs. Calls that wait take no loop, so they find it here. */
static _Thread_local struct task_pool *running;

struct task *task_current(void)
{
    if (!running)
        return NULL;
    running->current->known = true;
    return running->current;
}

const char *task_name(const struct task *task)
{
    task_require_valid(task, "task_name");
    return task->name;
}

uv_loop_t *task_loop(void)
{
    return task_required("task_loop")->pool->loop;
}

struct task *task_required(const char *what)
{
    if (!running)
        task_misuse(
            "%s was called outside a task: only what task_run or scope_spawn started may call it",
            what);
    return running->current;
}

void task_misuse(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "task %s: ", running ? running->current->name : "(none)");
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    abort();
}

/*
 * errno and the control of floating-point arithmetic belong to the thread. Each task has its own of
 * both, and the loop its own control.
 */

/* present is the control that the thread has, which has to be the wanted one. */
static inline void set_control(uint32_t present, uint32_t wanted)
{
    if (present != wanted)
        floating_point_set(wanted);
}

/*
 * Everything is set before a switch, for the task that is next, and nothing after it: so the
 * function that suspends leaves no frame on the stack, and a task that wakes touches less memory.
 */

static inline void prepare_slice(struct task_pool *pool, struct task *task, uint32_t control)
{
    pool->current = task;
    pool->budget = BUDGET;
    *pool->error = task->error;
    set_control(control, task->control);
}

/*
 * Resources: what tasks have opened
 */

static void own(struct task *task, struct task_resource *resource)
{
    resource->task = task;
    LIST_INSERT_HEAD(&task->resources, resource, entry);
}

/* Returns whether nothing has overwritten the task's first resource. To insert or remove one writes
 * to its neighbors, which may lie in a frame that is gone. */
static bool is_intact(const struct task *task, const struct task_resource *first)
{
    return first->task == task && first->entry.le_prev == &LIST_FIRST(&task->resources);
}

void task_opened(struct task_resource *resource, const char *what)
{
    struct task *task = task_required(what);
    const struct task_resource *open = LIST_FIRST(&task->resources);
    if (open && !is_intact(task, open))
        task_misuse(
            "opens a %s where the memory of one that was not closed is used again: close each "
            "before that",
            what);
    LIST_FOREACH(open, &task->resources, entry)
        if (open == resource)
            task_misuse("opens a %s that is open: close it first", what);
    *resource = (struct task_resource){.what = what};
    own(task, resource);
}

void task_closed(struct task_resource *resource)
{
    if (resource->task)
        LIST_REMOVE(resource, entry);
    resource->task = NULL;
}

/* A resource elsewhere than on the task's stack may live longer than the task, for example on its
 * parent's: that one is asked next. */
static void pass_resources_on(struct task *task)
{
    struct task_resource *open;
    while ((open = LIST_FIRST(&task->resources))) {
        if ((char *)open >= task->coroutine.stack.low && (char *)open < task->coroutine.stack.top)
            task_misuse("ended with an open %s on its stack: close it before its function returns",
                is_intact(task, open) ? open->what : "stream or listener");
        if (!is_intact(task, open))
            task_misuse(
                "ended after the memory of a stream or listener that was not closed was used "
                "again: close each before that");
        task_closed(open);
        if (task->parent)
            own(task->parent->owner, open);
    }
}

/*
 * Running. The loop resumes a task, and the task suspends to the loop, or right to the task whose
 * turn is next: then the loop is where that one suspends to. Tasks never nest.
 */

static void task_main(void *argument)
{
    struct task *task = argument;
    task->result = task->function(task->argument);
    if (task->scopes)
        task_misuse("ended with a scope that was not left: call scope_leave before each return");
    pass_resources_on(task);
    task->ended = true;
    coroutine_finish(&task->coroutine);
}

static void require_whole_stack(const struct task *task, const void *pointer)
{
    if (stack_is_whole(&task->coroutine.stack, pointer))
        return;
    observe_stack_overflow(task);
    abort();
}

/* Runs the task, and those that it hands over to, until one suspends to the loop or ends. Returns
 * that one. */
static inline struct task *run_slices(struct task *task)
{
    struct task_pool *pool = task->pool;
    prepare_slice(pool, task, pool->control);
    running = pool;
    coroutine_resume(&task->coroutine);
    running = NULL;
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

/* If something observes the loop, no task hands over to the next: each suspends to the loop, on
 * whose stack there is room for a report. */
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

/* A task gets its stack only now: one that ends before it ever waits leaves it, still warm, to the
 * next. */
static void begin_task(void *argument)
{
    struct task *task = argument;
    struct stack stack = task->coroutine.stack;
    task->begun = true;
    task->ready.run = task->pool->resume;
    if (!stack.low)
        stack_acquire(&task->pool->stacks, STACK_SIZE, &stack);
    coroutine_begin(&task->coroutine, stack, task_main, task);
    task->ready.run(task);
}

static void suspend(struct task *task)
{
    struct task_pool *pool = running;
    struct task *next = loop_take_next(pool->loop, resume_task);
    require_whole_stack(task, __builtin_frame_address(0));
    task->ready.hot = (char *)__builtin_frame_address(0) - SAVED;
    task->error = *pool->error;
    task->control = floating_point_control();
    if (next) {
        prepare_slice(pool, next, task->control);
        coroutine_transfer(&task->coroutine, &next->coroutine);
    } else {
        coroutine_suspend(&task->coroutine);
    }
}

static void cancel_root(void *argument)
{
    struct task_pool *pool = argument;
    if (pool->root)
        task_cancel(pool->root);
}

static void root_ended(struct task *root)
{
    loop_stop(root->pool->loop);
}

/* Whether the first task of the last task_run was cancelled, in any thread. */
static atomic_bool root_cancelled;

bool task_run_was_cancelled(void)
{
    return root_cancelled;
}

/* Runs the first task until it has ended. Only loop_stop, or a lack of memory, makes the loop
 * return before: it is held, because a task may also wait for what a signal brings. */
static int run_root(struct task_pool *pool, struct task *root)
{
    int failure = 0;
    pool->root = root;
    root->on_end = root_ended;
    loop_ready(pool->loop, &root->ready);
    loop_hold(pool->loop);
    while (!root->ended) {
        int error = loop_run(pool->loop);
        failure = failure ? failure : error;
        task_cancel(root);
    }
    loop_release(pool->loop);
    pool->root = NULL;
    root_cancelled = root->cancelled;
    int result = root->result;
    task_free(root);
    return failure && (result >= 0 || result == UV_ECANCELED) ? failure : result;
}

int task_run(uv_loop_t *loop, const char *name, int (*function)(void *argument), void *argument)
{
    if (running)
        task_misuse("task_run was called while it runs: inside a task, use scope_spawn");
    struct task_pool *pool = task_pool_of(loop);
    struct task_watch watch;
    if (!pool || observe_tasks_begin(&watch, loop))
        return UV_ENOMEM;
    pool->error = &errno;
    pool->control = floating_point_control();
    pool->begin = begin_task;
    pool->resume = OBSERVED(pool->observer) ? resume_observed_task : resume_task;
    int result = loop_on_signal(loop, cancel_root, pool);
    bool catches = result == 0;
    if (catches || result == UV_EALREADY) { /* the program catches them itself */
        struct task *root = task_new(pool, name, function, argument, 0);
        result = root ? run_root(pool, root) : UV_ENOMEM;
    }
    if (catches) {
        loop_stop_interrupts(loop);
        if (loop_signal_received(loop)) /* perhaps too late for the task to learn of it */
            root_cancelled = true;
    }
    observe_tasks_end(&watch);
    return result;
}

/*
 * Waiting
 */

int task_wait(struct task_wait *wait, const char *what, void (*cancel)(struct task_wait *wait))
{
    struct task *task = task_required(what);
    wait->what = what;
    wait->cancel = cancel;
    wait->task = task;
    wait->since = loop_now(task->pool->loop);
    task->wait = wait;
    task_interrupt(task);
    suspend(task);
    int cancellation = wait->result == UV_ECANCELED ? task_cancellation(task) : 0;
    return cancellation ? cancellation : wait->result;
}

void task_wake(struct task_wait *wait, int result)
{
    struct task *task = wait->task;
    if (task->wait != wait)
        task_misuse("%s woke a task that does not wait for it", wait->what);
    task->wait = NULL;
    wait->result = result;
    loop_wake(task->pool->loop, &task->ready);
}

int task_checkpoint(const char *what)
{
    struct task *task = task_required(what);
    if (--task->pool->budget < 0)
        return task_yield();
    return task_cancellation(task);
}

void task_spend(size_t bytes)
{
    if (running)
        running->budget -= (ptrdiff_t)(bytes / BYTES_A_CALL);
}

int task_yield(void)
{
    struct task *task = task_required("task_yield");
    loop_ready(running->loop, &task->ready);
    suspend(task);
    return task_cancellation(task);
}

// #region sleep
struct sleep {
    struct task_wait wait;
    struct loop_timer timer;
};

static void wake_sleeper(void *argument)
{
    task_wake(&((struct sleep *)argument)->wait, 0);
}

static void cancel_sleep(struct task_wait *wait)
{
    loop_timer_stop(wait->task->pool->loop, &((struct sleep *)wait)->timer);
    task_wake(wait, UV_ECANCELED);
}

int task_sleep(double seconds)
{
    uv_loop_t *loop = task_required("task_sleep")->pool->loop;
    struct sleep sleep = {.timer = {.run = wake_sleeper, .argument = &sleep}};
    int error = loop_timer_start(loop, &sleep.timer, loop_deadline(loop, seconds));
    return error ? error : task_wait(&sleep.wait, "sleep", cancel_sleep);
}
// #endregion sleep

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
    return task->cancelled;
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
    task_require_valid(task, "task_cancel");
    if (task->ended || task->cancelled)
        return;
    task->cancelled = UV_ECANCELED;
    task_interrupt(task);
}
