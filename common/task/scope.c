#include <stdio.h>
#include <stdlib.h>

#include "common/task/state.h"

/*
 * Children
 */

/* A task that waits until another has ended. */
struct join_wait {
    struct task_wait wait;
    struct task *joined;
    int result; /* a copy, because the joined task is freed when it has ended */
};

static void free_child(struct task *child)
{
    TAILQ_REMOVE(&child->parent->children, child, siblings);
    task_free(child);
}

static void child_ended(struct task *child)
{
    struct scope *scope = child->parent;
    struct join_wait *joiner = child->joiner;
    int result = child->result;
    if (joiner) {
        joiner->result = result;
        joiner->joined = NULL;
        child->held = false;
        task_wake(&joiner->wait, 0);
    }
    scope->running--;
    if (!child->held)
        free_child(child);
    /* A child that was cancelled has not failed. Any other error cancels its siblings. */
    if (result < 0 && result != UV_ECANCELED && !scope->error) {
        scope->error = result;
        scope_cancel(scope);
    }
    if (scope->running == 0 && scope->joiner) {
        task_wake(scope->joiner, 0);
        scope->joiner = NULL; /* another child may start and end before the owner runs */
    }
}

/* A scope has no owner before it is entered (if it is all zero) and after it was left. */
static void require_open(const struct scope *scope, const char *what)
{
    if (!scope->owner)
        misuse("%s on a scope that is not open: call scope_enter before it", what);
}

int scope_spawn_with(struct scope *scope, const char *name, int (*function)(void *argument),
    void *argument, struct task_options options)
{
    require_for("scope_spawn", scope);
    require_for("scope_spawn", function);
    require_open(scope, "scope_spawn");
    struct task_pool *pool = scope->owner->pool;
    if (scope->cancelled)
        return scope->cancelled;
    struct task *task = task_new(pool, name, function, argument, options.stack_size);
    if (!task)
        return UV_ENOMEM;
    if (options.handle) {
        *options.handle = task;
        task->held = task->known = true;
    }
    task->on_end = child_ended;
    task->parent = scope;
    TAILQ_INSERT_HEAD(&scope->children, task, siblings);
    scope->running++;
    loop_wake(pool->loop, &task->ready);
    return 0;
}

int scope_spawn(
    struct scope *scope, const char *name, int (*function)(void *argument), void *argument)
{
    return scope_spawn_with(scope, name, function, argument, (struct task_options){0});
}

/*
 * Opening
 */

static void cancel_with(struct scope *scope, int reason)
{
    if (scope->cancelled)
        return;
    scope->cancelled = reason;
    struct task *child;
    TAILQ_FOREACH(child, &scope->children, siblings)
        task_cancel(child);
    task_interrupt(scope->owner);
}

void scope_cancel(struct scope *scope)
{
    require(scope);
    require_open(scope, "scope_cancel");
    cancel_with(scope, UV_ECANCELED);
}

static void deadline_passed(void *argument)
{
    struct scope *scope = argument;
    if (scope->shielded && !scope->cancelled)
        fprintf(stderr, "task %s: its cleanup takes longer than %g s, and is cut short\n",
            task_name(scope->owner), scope->seconds);
    cancel_with(scope, UV_ETIMEDOUT);
}

/* While a task runs, no timer fires and none of its parents can cancel it. So this function looks
 * at all scopes around the task: first its own, then those of its parents. */
static void check_scopes(struct task *task)
{
    uv_loop_t *loop = task->pool->loop;
    uv_update_time(loop);
    uint64_t now = loop_now(loop);
    struct scope *scope = task->scopes ? task->scopes : task->parent;
    while (scope) {
        struct task *owner = scope->owner;
        if (scope->timer.place && scope->timer.deadline <= now) {
            loop_timer_stop(loop, &scope->timer);
            deadline_passed(scope);
        }
        if (owner != task && scope->cancelled)
            task_cancel(task);
        if (scope->shielded)
            return;
        if (!scope->outer && owner->cancelled)
            task_cancel(task);
        scope = scope->outer ? scope->outer : owner->parent;
    }
}

int task_cancelled(void)
{
    struct task *task = task_required("task_cancelled");
    check_scopes(task);
    return task_cancellation(task);
}

int scope_enter_until(struct scope *scope, uint64_t deadline)
{
    require(scope);
    struct task *owner = task_required("scope_enter");
    for (const struct scope *open = owner->scopes; open; open = open->outer)
        if (open == scope)
            misuse("enters a scope that it is in: each needs a struct scope of its own");
    *scope = (struct scope){
        .owner = owner,
        .outer = owner->scopes,
        .timer = {.run = deadline_passed, .argument = scope},
    };
    TAILQ_INIT(&scope->children);
    owner->scopes = scope;
    return loop_timer_start(owner->pool->loop, &scope->timer, deadline);
}

int scope_enter_for(struct scope *scope, double seconds)
{
    require(scope);
    return scope_enter_until(
        scope, loop_deadline(task_required("scope_enter_for")->pool->loop, seconds));
}

bool scope_timed_out(const struct scope *scope)
{
    require(scope);
    return scope->cancelled == UV_ETIMEDOUT;
}

void scope_enter(struct scope *scope)
{
    require(scope);
    scope_enter_until(scope, UINT64_MAX);
}

int scope_enter_shielded(struct scope *scope, double seconds)
{
    require(scope);
    uv_loop_t *loop = task_required("scope_enter_shielded")->pool->loop;
    int error = scope_enter_until(scope, loop_deadline(loop, seconds));
    scope->shielded = true;
    scope->seconds = seconds;
    return error;
}

/*
 * Waiting and leaving
 */

struct scope_wait {
    struct task_wait wait;
    struct scope *scope;
};

static void cancel_scope_join(struct task_wait *wait)
{
    ((struct scope_wait *)wait)->scope->joiner = NULL;
    task_wake(wait, UV_ECANCELED);
}

static void require_owner(const struct scope *scope, const char *what)
{
    const struct task *task = task_required(what);
    require_open(scope, what);
    if (scope->owner != task)
        misuse("%s on a scope of task %s: only the task that entered it may", what,
            task_name(scope->owner));
}

/* Waits until all children have ended, including those spawned before the owner runs again. */
static int wait_for_children(struct scope *scope, void (*cancel)(struct task_wait *wait))
{
    struct scope_wait join = {.scope = scope};
    int error = 0;
    while (scope->running && !error) {
        scope->joiner = &join.wait;
        error = task_wait(&join.wait, "scope", cancel);
        scope->joiner = NULL;
    }
    return error;
}

int scope_join(struct scope *scope)
{
    require(scope);
    require_owner(scope, "scope_join");
    int error = wait_for_children(scope, cancel_scope_join);
    if (!scope->error)
        return error;
    wait_for_children(scope, NULL); /* they have been cancelled, and are about to end */
    return scope->error;
}

/* The first error that is not a cancellation wins, as in asyncio's TaskGroup. error is the result
 * of the code inside the scope; cancelled is why its waits returned early, or 0. As in trio, a
 * cancellation from outside takes precedence over the scope's own and passes through to the outer
 * scope or task that was cancelled, but it does not replace the timeout of a shielded scope. */
static int result_of(const struct scope *scope, int error, int cancelled)
{
    bool only_cancelled = error == UV_ECANCELED || (cancelled && error == cancelled);
    bool outside = task_cancellation(scope->owner); /* the scope is no longer among its scopes */
    if (scope->error && (error >= 0 || only_cancelled))
        return scope->error;
    if (!only_cancelled || !cancelled)
        return error;
    if (outside && (error == UV_ECANCELED || !scope->shielded))
        return UV_ECANCELED;
    return cancelled == UV_ETIMEDOUT ? UV_ETIMEDOUT : 0;
}

int scope_leave(struct scope *scope, int error)
{
    require(scope);
    require_owner(scope, "scope_leave");
    struct task *owner = scope->owner;
    if (owner->scopes != scope)
        misuse("leaves a scope that is not its innermost: leave those inside it first");
    int cancelled = scope->cancelled;
    scope_cancel(scope);
    wait_for_children(scope, NULL);
    while (!TAILQ_EMPTY(&scope->children))
        free_child(TAILQ_FIRST(&scope->children));
    loop_timer_stop(owner->pool->loop, &scope->timer);
    owner->scopes = scope->outer;
    int result = result_of(scope, error, cancelled);
    scope->owner = NULL;
    return result;
}

/*
 * Joining one child
 */

static void cancel_task_join(struct task_wait *wait)
{
    ((struct join_wait *)wait)->joined->joiner = NULL;
    task_wake(wait, UV_ECANCELED);
}

int task_join(struct task *task, int *result)
{
    require(task);
    struct join_wait join = {.joined = task, .result = task->result};
    task_require_valid(task, "task_join");
    if (task == task_required("task_join"))
        misuse("joins itself, which would never end");
    if (!task->held || task->joiner)
        misuse("joins %s, which has no handle, or is being joined: ask scope_spawn_with for "
               "one, and join it once",
            task_name(task));
    if (!task->ended) {
        task->joiner = &join;
        int error = task_wait(&join.wait, "join", cancel_task_join);
        if (error)
            return error;
    } else {
        free_child(task);
    }
    if (result)
        *result = join.result;
    return 0;
}

/*
 * Gathering
 */

static int run_call(void *argument)
{
    struct task_call *call = argument;
    call->result = call->function(call->argument);
    return call->result;
}

int task_gather(struct task_call *calls, size_t count)
{
    if (count)
        require(calls);
    struct scope scope;
    scope_enter(&scope);
    int error = 0;
    for (size_t i = 0; i < count; i++) {
        require(calls[i].function);
        calls[i].result = UV_ECANCELED;
        if (!error)
            error = scope_spawn(&scope, calls[i].name, run_call, &calls[i]);
    }
    if (!error)
        error = scope_join(&scope);
    error = scope_leave(&scope, error);
    for (size_t i = 0; i < count && !error; i++)
        if (calls[i].result == UV_ECANCELED) /* returned without a cancellation */
            error = UV_ECANCELED;
    return error;
}
