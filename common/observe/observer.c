/* The hooks: they pass what happens in the runtime to the recording, to LOOP_DEBUG, or to both. */
#include "common/observe/observer.h"

#include <stdlib.h>

#include "common/loop/state.h"
#include "common/observe/debug.h"
#include "common/observe/stack_overflow.h"
#include "common/observe/trace/record.h"
#include "common/task/state.h"
#include "common/trace.h"

int observer_open(struct observer **result, uv_loop_t *loop)
{
    struct observer watching = {
        .loop = loop, .trace = trace_open(loop), .debug = debug_open(), .seed = shuffle_seed()};
    *result = NULL;
    if (!watching.trace && !watching.debug && !watching.seed)
        return 0;
    *result = malloc(sizeof(**result));
    if (*result) {
        **result = watching;
        return 0;
    }
    trace_close(watching.trace);
    free(watching.debug);
    return UV_ENOMEM;
}

void observer_finish(struct observer *observer)
{
    if (!observer)
        return;
    trace_close(observer->trace);
    observer->trace = NULL;
}

void observer_close(struct observer *observer, uv_loop_t *loop, int error)
{
    if (!observer)
        return;
    if (error && observer->debug)
        debug_show_handles(loop);
    free(observer->debug);
    free(observer);
}

/*
 * The loop
 */

void observer_run(struct observer *observer)
{
    if (observer->debug)
        debug_enter(observer->debug);
}

/* Asks libuv whether the loop would still be alive without the loop_hold of task_run. */
static void debug_before_poll(struct observer *observer)
{
    uv_loop_t *loop = observer->loop;
    if (!uv_has_ref((uv_handle_t *)&state_of(loop)->check))
        return;
    loop_release(loop);
    debug_poll(observer->debug, uv_loop_alive(loop));
    loop_hold(loop);
}

void observer_poll_begin(struct observer *observer)
{
    if (observer->debug)
        debug_before_poll(observer);
    if (observer->trace)
        trace_before_poll(observer->trace);
}

void observer_iteration_begin(struct observer *observer)
{
    if (observer->trace)
        trace_after_poll(observer->trace);
}

void observer_iteration_end(struct observer *observer)
{
    if (observer->trace)
        trace_iteration_end(observer->trace);
}

void observer_phase(struct observer *observer, const char *phase)
{
    if (observer->trace)
        trace_phase(observer->trace, phase);
}

void observer_queue_begin(
    struct observer *observer, const char *phase, struct loop_callback **first)
{
    observer_phase(observer, phase);
    if (observer->seed)
        *first = shuffle(*first, &observer->seed);
}

static void require_own_thread(const struct observer *observer)
{
    if (observer->debug && state_of(observer->loop)->running)
        debug_require_thread(observer->debug);
}

void observer_stop(struct observer *observer)
{
    require_own_thread(observer);
}

void observer_scheduled(struct observer *observer, const struct loop_callback *callback)
{
    const struct task_pool *pool = (struct task_pool *)state_of(observer->loop)->attachment;
    bool is_task = pool && (callback->run == pool->begin || callback->run == pool->resume);
    require_own_thread(observer);
    if (observer->trace && is_task)
        trace_ready(observer->trace, callback->argument);
}

void observer_timer_set(struct observer *observer, const struct loop_timer *timer)
{
    require_own_thread(observer);
    if (observer->trace)
        trace_timer_set(observer->trace, timer);
}

void observer_timer_fired(struct observer *observer, const struct loop_timer *timer)
{
    if (observer->trace)
        trace_timer_fired(observer->trace, timer);
}

void observer_timer_stopped(struct observer *observer)
{
    if (observer->trace)
        trace_timer_stopped(observer->trace);
}

void observer_signals_released(struct observer *observer)
{
    if (observer->trace)
        trace_catch(observer->trace);
}

void observer_call(struct observer *observer, void (*run)(void *argument), void *argument)
{
    if (observer->trace)
        trace_callback(observer->trace, run);
    if (observer->debug)
        debug_run(observer->debug, run, argument);
    else
        run(argument);
    if (observer->trace)
        trace_callback_end(observer->trace, run);
}

/*
 * Tasks
 */

void observer_task_resumed(struct observer *observer, const struct task *task)
{
    if (observer->trace)
        trace_resumed(observer->trace, task);
    if (observer->debug)
        debug_resume(observer->debug);
}

/* A task that yields, or that was already woken, only waits for its turn. */
void observer_task_suspended(struct observer *observer, struct task *task)
{
    if (observer->debug)
        debug_suspend(observer->debug, task);
    if (observer->trace)
        trace_suspended(observer->trace, task, task->wait ? task->wait->what : NULL);
}

void observer_task_ended(struct observer *observer, const struct task *task)
{
    if (observer->trace)
        trace_ended(observer->trace, task);
    if (!observer->debug)
        return;
    debug_suspend(observer->debug, task);
    debug_require_closed(task->pool->loop, task->name, &task->coroutine.stack);
}

int observe_tasks_begin(struct task_watch *watch, uv_loop_t *loop)
{
    *watch = (struct task_watch){.tree = task_tree_watch(loop)};
    if (!watch->tree)
        return UV_ENOMEM;
    stack_overflow_watch(watch, (struct task_pool *)state_of(loop)->attachment);
    return 0;
}

void observe_tasks_end(struct task_watch *watch)
{
    stack_overflow_unwatch(watch);
    task_tree_unwatch(watch->tree);
}

/*
 * Work on the thread pool
 */

void observer_work_given(struct observer *observer, struct observed_work *work, const char *what)
{
    if (observer->trace)
        trace_work_given(observer->trace, work, what);
}

void observer_work_begin(struct observer *observer, struct observed_work *work)
{
    if (observer->trace)
        trace_work_begin(observer->trace, work);
}

void observer_work_end(struct observer *observer, struct observed_work *work)
{
    if (observer->trace)
        trace_work_end(observer->trace, work);
}

void observer_work_back(struct observer *observer, struct observed_work *work, bool wakes)
{
    if (observer->trace)
        trace_work_back(observer->trace, work, wakes);
}

/*
 * trace.h
 */

void trace_mark_now(const uv_loop_t *loop, const char *what, size_t bytes)
{
    require(what);
    const struct observer *observer = state_of(loop)->observer;
    if (observer->trace)
        trace_io(observer->trace, what, bytes);
}
