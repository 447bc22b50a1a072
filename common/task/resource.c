/* The open handles of tasks: those that a task has left open, and closing one. */
#include "common/task.h"

#include "common/task/state.h"

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

void task_pass_resources_on(struct task *task)
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
 * Closing
 */

static void handle_closed(uv_handle_t *handle)
{
    task_wake(handle->data, 0);
}

void task_close_handle(uv_handle_t *handle)
{
    require(handle);
    struct task_wait wait;
    if (uv_is_closing(handle))
        misuse("closes a handle that is already closed or being closed");
    handle->data = &wait;
    uv_close(handle, handle_closed);
    task_wait(&wait, "close", NULL);
}
