#include "common/trace.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "common/loop/state.h"
#include "common/observe/observer.h"
#include "common/observe/trace/place.h"
#include "common/task/state.h"

#define MAX_SIBLINGS 100 /* children of a scope that are printed one by one */

/* The state of one printing. */
struct tree {
    FILE *out;
    struct places places;
};

static void print_wait(const struct task *task, struct tree *tree)
{
    uint64_t waited = loop_clock(state_of(task->pool->loop)) - task->wait->since;
    const char *place = place_of(&tree->places, &task->coroutine);
    fprintf(tree->out, "%s since %.1f s%s%s\n", task->wait->what, (double)waited / 1000.0,
        *place ? ", in " : "", place);
}

static const char *activity_of(const struct task *task)
{
    if (task->ended)
        return "ended";
    if (!task->begun)
        return "not begun";
    return task->ready.pending ? "ready" : "running";
}

static void print_task(const struct task *task, int depth, struct tree *tree)
{
    fprintf(tree->out, "%*s%s: ", depth * 2, "", task->name);
    if (task->wait)
        print_wait(task, tree);
    else
        fprintf(tree->out, "%s\n", activity_of(task));
    for (const struct scope *scope = task->scopes; scope; scope = scope->outer) {
        size_t shown = 0, left = 0;
        const struct task *child;
        TAILQ_FOREACH(child, &scope->children, siblings)
            if (++shown <= MAX_SIBLINGS)
                print_task(child, depth + 1, tree);
            else
                left++;
        if (left)
            fprintf(tree->out, "%*s... %zu more\n", (depth + 1) * 2, "", left);
    }
}

static const char *guard_name(enum stack_guard guard)
{
    static const char *const names[] = {"MADV_GUARD_INSTALL", "mprotect", "canary"};
    return names[guard];
}

void trace_tasks(uv_loop_t *loop, FILE *out)
{
    require_loop(loop);
    require(out);
    const struct task_pool *pool = (struct task_pool *)state_of(loop)->attachment;
    if (!pool || !pool->root)
        return;
    fprintf(out, "tasks: %zu; guards of stacks:", pool->live);
    for (enum stack_guard guard = GUARD_INSTALL; guard <= GUARD_CANARY; guard++)
        if (pool->stacks.guards[guard])
            fprintf(out, " %zu by %s", pool->stacks.guards[guard], guard_name(guard));
    fputc('\n', out);
    struct tree tree = {.out = out};
    print_task(pool->root, 0, &tree);
}

/*
 * SIGUSR1
 */

static void print_tasks(uv_signal_t *signal, int number)
{
    (void)number;
    trace_tasks(signal->loop, stderr);
}

static void free_signal(uv_handle_t *signal)
{
    free(signal);
}

/* The process has one action for the signal, but may have a loop in each of several threads. */
static struct {
    pthread_mutex_t lock;
    int count;
    struct sigaction libuv;
} watches = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Does nothing if the program handles or ignores the signal itself. */
static void start_watch(uv_signal_t *signal)
{
    struct sigaction present;
    pthread_mutex_lock(&watches.lock);
    sigaction(SIGUSR1, NULL, &present);
    if ((watches.count > 0 || present.sa_handler == SIG_DFL) &&
        uv_signal_start(signal, print_tasks, SIGUSR1) == 0 && watches.count++ == 0)
        sigaction(SIGUSR1, NULL, &watches.libuv);
    pthread_mutex_unlock(&watches.lock);
}

uv_signal_t *task_tree_watch(uv_loop_t *loop)
{
    uv_signal_t *signal = calloc(1, sizeof(*signal));
    if (!signal || uv_signal_init(loop, signal)) {
        free(signal);
        return NULL;
    }
    uv_unref((uv_handle_t *)signal);
    start_watch(signal);
    return signal;
}

/* When libuv closes the last handle, it sets the default effect, also in place of a handler that
 * the program has set meanwhile. */
void task_tree_unwatch(uv_signal_t *signal)
{
    struct sigaction present;
    if (!signal)
        return;
    pthread_mutex_lock(&watches.lock);
    sigaction(SIGUSR1, NULL, &present);
    watches.count -= uv_is_active((uv_handle_t *)signal);
    uv_close((uv_handle_t *)signal, free_signal);
    if (present.sa_handler != watches.libuv.sa_handler)
        sigaction(SIGUSR1, &present, NULL);
    pthread_mutex_unlock(&watches.lock);
}
