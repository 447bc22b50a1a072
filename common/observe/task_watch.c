#include "common/observe/task_watch.h"

#include "common/loop/state.h"
#include "common/observe/debug.h"

static struct trace *trace_for(const struct task *task)
{
    return trace_of(task->pool->loop);
}

static struct debug *debug_for(const struct task *task)
{
    return state_of(task->pool->loop)->debug;
}

void task_watch_spawn(struct task *task)
{
    if (trace_for(task))
        trace_spawned(trace_for(task), task);
}

void task_watch_wake(struct task *task, const char *what)
{
    if (trace_for(task))
        trace_ready(trace_for(task), task, what);
    loop_wake(task->pool->loop, &task->ready);
}

void task_watch_resume(const struct task *task)
{
    if (trace_for(task))
        trace_resumed(trace_for(task), task);
    if (debug_for(task))
        debug_resume(debug_for(task));
}

/* One that yields, or has been woken already, waits for its turn only. */
void task_watch_suspend(const struct task *task, const struct task *next)
{
    const char *what = task->wait ? task->wait->what : NULL;
    if (debug_for(task))
        debug_suspend(debug_for(task), task->name, what ? what : "yield");
    if (trace_for(task))
        trace_suspended(trace_for(task), task, what);
    if (next)
        task_watch_resume(next);
}

void task_watch_end(const struct task *task)
{
    if (trace_for(task))
        trace_ended(trace_for(task), task);
    if (!debug_for(task))
        return;
    debug_suspend(debug_for(task), task->name, NULL);
    debug_require_closed(task->pool->loop, task->name, &task->coroutine.stack);
}
