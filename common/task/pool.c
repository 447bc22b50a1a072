/* All tasks of a loop: allocates their memory and their stacks, and reuses both. */
#include <stdlib.h>
#include <string.h>

#include "common/loop/state.h"
#include "common/task/state.h"

#define TASKS_A_BLOCK 64

struct task_block {
    struct task_block *next;
    struct task tasks[TASKS_A_BLOCK];
};

/*
 * The pool of a loop
 */

static void trim_closed(uv_handle_t *trim)
{
    free(trim->data);
}

static void release_pool(struct loop_attachment *attachment)
{
    struct task_pool *pool = (struct task_pool *)attachment;
    while (pool->blocks) {
        struct task_block *block = pool->blocks;
        pool->blocks = block->next;
        free(block);
    }
    stack_arena_release(&pool->stacks);
    uv_close((uv_handle_t *)&pool->trim, trim_closed);
}

static void trim_stacks(uv_timer_t *trim)
{
    struct task_pool *pool = trim->data;
    uint64_t again = stack_arena_trim(&pool->stacks);
    if (again)
        uv_timer_start(trim, trim_stacks, again, 0);
}

static void stacks_grown(void *trim)
{
    if (!uv_is_active(trim))
        uv_timer_start(trim, trim_stacks, 1000, 0);
}

struct task_pool *task_pool_of(uv_loop_t *loop)
{
    struct loop_attachment **attachment = loop_attachment(loop);
    if (*attachment)
        return (struct task_pool *)*attachment;
    struct task_pool *pool = calloc(1, sizeof(*pool));
    if (!pool)
        return NULL;
    if (stack_arena_init(&pool->stacks)) {
        free(pool);
        return NULL;
    }
    uv_timer_init(loop, &pool->trim);
    uv_unref((uv_handle_t *)&pool->trim);
    pool->trim.data = pool;
    pool->stacks.grown = stacks_grown;
    pool->stacks.argument = &pool->trim;
    pool->observer = state_of(loop)->observer;
    pool->loop = loop;
    pool->state = state_of(loop);
    pool->attachment.release = release_pool;
    *attachment = &pool->attachment;
    return pool;
}

/*
 * Memory of tasks
 */

static bool add_block(struct task_pool *pool)
{
    struct task_block *block = malloc(sizeof(*block));
    if (!block)
        return false;
    block->next = pool->blocks;
    pool->blocks = block;
    for (size_t i = TASKS_A_BLOCK; i-- > 0;) {
        block->tasks[i].next = pool->free;
        pool->free = &block->tasks[i];
    }
    return true;
}

struct task *task_new(struct task_pool *pool, const char *name, int (*function)(void *argument),
    void *argument, size_t stack_size)
{
    struct stack stack = {0};
    /* There are never more tasks than stacks, so each task gets a stack when it begins. */
    bool too_many = pool->live >= pool->stacks.capacity;
    if (too_many || (!pool->free && !add_block(pool)))
        return NULL;
    struct task *task = pool->free;
    /* A large stack is acquired now, because that can fail. */
    if (stack_size > STACK_SIZE && stack_acquire(&pool->stacks, stack_size, &stack))
        return NULL;
    pool->free = task->next;
    /* Part by part: a whole struct is cleared by an instruction that takes long to begin. */
    for (size_t i = 0; i < sizeof(*task); i += alignof(struct task))
        memset((char *)task + i, 0, alignof(struct task));
    task->ready = (struct loop_callback){.run = pool->begin, .argument = task};
    task->function = function;
    task->argument = argument;
    task->name = name ? name : "unnamed";
    task->pool = pool;
    task->control = pool->control;
    task->number = ++pool->spawned;
    task->coroutine.stack = stack;
    pool->live++;
    return task;
}

/* Puts the task into the ring of stale ones, and returns the one that leaves it, or NULL. */
static struct task *make_stale(struct task *task)
{
    struct task_pool *pool = task->pool;
    struct task **place = &pool->stale[pool->oldest++ % STALE];
    struct task *oldest = *place;
    *place = task;
    return oldest;
}

void task_free(struct task *task)
{
    struct task_pool *pool = task->pool;
    task->freed = true;
    if (task->known)
        task = make_stale(task);
    if (!task)
        return;
    task->next = pool->free;
    pool->free = task;
}

void task_require_valid(const struct task *task, const char *what)
{
    if (task->freed)
        misuse("%s of a task that was joined, or whose scope was left: its handle is no longer "
               "valid",
            what);
}
