#include "common/trace.h"

#include "common/task_state.h"

#define MOST_SIBLINGS 100 /* of a scope that are shown one by one */

static void print_state(const struct task *task, FILE *out)
{
    const struct task_wait *wait = task->wait;
    uint64_t now = loop_now(task->pool->loop);
    if (wait)
        fprintf(out, "%s since %.1f s\n", wait->what, (double)(now - wait->since) / 1000.0);
    else
        fprintf(out, "%s\n",
            task->ended              ? "ended"
            : task == task_current() ? "running"
            : task->begun            ? "ready"
                                     : "not begun");
}

static void print_task(const struct task *task, int depth, FILE *out)
{
    fprintf(out, "%*s%s: ", depth * 2, "", task->name);
    print_state(task, out);
    for (const struct scope *scope = task->scopes; scope; scope = scope->outer) {
        size_t shown = 0, left = 0;
        for (const struct task *child = scope->children; child; child = child->next)
            if (++shown <= MOST_SIBLINGS)
                print_task(child, depth + 1, out);
            else
                left++;
        if (left)
            fprintf(out, "%*s... %zu more\n", (depth + 1) * 2, "", left);
    }
}

static const char *guard_name(enum stack_guard guard)
{
    static const char *const names[] = {"MADV_GUARD_INSTALL", "mprotect", "canary"};
    return names[guard];
}

void trace_tasks(uv_loop_t *loop, FILE *out)
{
    const struct task_pool *pool = task_pool_of(loop);
    if (!pool || !pool->root)
        return;
    fprintf(out, "%zu tasks; stacks:", pool->live);
    for (enum stack_guard guard = GUARD_INSTALL; guard <= GUARD_CANARY; guard++)
        if (pool->stacks.guards[guard])
            fprintf(out, " %zu with %s", pool->stacks.guards[guard], guard_name(guard));
    fputc('\n', out);
    print_task(pool->root, 0, out);
}
