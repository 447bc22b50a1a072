#include "common/task.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/loop/state.h"
#include "common/observe/hooks.h"
#include "common/task/state.h"

#define SAVED 64 /* bytes below the frame: there the switch saves the registers */

/* The pool whose tasks this thread runs. Calls that wait take no loop, so they find it here. */
static _Thread_local struct task_pool *running;

struct task *task_current(void)
{
    return running ? running->current : NULL;
}

const char *task_name(const struct task *task)
{
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
    const struct task *task = task_current();
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "task %s: ", task ? task->name : "(none)");
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    abort();
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

static void resume_task(void *argument)
{
    struct task *task = argument;
    struct task_pool *pool = task->pool;
    observe(pool->observer, task_resumed, task);
    pool->current = task;
    running = pool;
    coroutine_resume(&task->coroutine);
    running = NULL;
    task = pool->current; /* others may have run in between, one after another */
    if (!task->ended)
        return;
    observe(pool->observer, task_ended, task);
    require_whole_stack(task, task->coroutine.pointer);
    coroutine_end(&task->coroutine);
    stack_release(&pool->stacks, task->coroutine.stack);
    pool->live--;
    task->on_end(task);
}

/* A task gets its stack only now: one that ends before it ever waits leaves it, still warm, to the
 * next. */
static void begin_task(void *argument)
{
    struct task *task = argument;
    struct stack stack = task->coroutine.stack;
    task->begun = true;
    task->ready.run = resume_task;
    if (!stack.low)
        stack_acquire(&task->pool->stacks, STACK_SIZE, &stack);
    coroutine_begin(&task->coroutine, stack, task_main, task);
    resume_task(task);
}

static void suspend(struct task *task)
{
    struct task_pool *pool = running;
    struct task *next = loop_take_next(pool->loop, resume_task);
    observe(pool->observer, task_suspended, task, next);
    require_whole_stack(task, __builtin_frame_address(0));
    task->ready.hot = (char *)__builtin_frame_address(0) - SAVED;
    if (next) {
        pool->current = next;
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
    pool->begin = begin_task;
    pool->resume = resume_task;
    int result = loop_on_signal(loop, cancel_root, pool);
    bool catches = result == 0;
    if (catches || result == UV_EALREADY) { /* the program catches them itself */
        struct task *root = task_new(pool, name, function, argument, 0);
        result = root ? run_root(pool, root) : UV_ENOMEM;
    }
    if (catches)
        loop_stop_interrupts(loop);
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
    if (task->ended || task->cancelled)
        return;
    task->cancelled = UV_ECANCELED;
    task_interrupt(task);
}
