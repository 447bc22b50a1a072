/*
 * What a task is made of: for task*.c, scope.c and what shows tasks to people. Nobody else's.
 */
#pragma once

#include "common/coroutine.h"
#include "common/task.h"

/* All tasks of a loop. */
struct task_pool {
    struct loop_attachment attachment;
    uv_loop_t *loop;
    struct stack_arena stacks;
    struct task *current;      /* the one that runs, or that ran last */
    struct task *root;         /* the one that task_run runs */
    struct task *free;         /* memory of tasks that are no more */
    struct task_block *blocks; /* where that memory comes from */
    size_t live;               /* tasks that have not ended */
    unsigned spawned;          /* tasks that there have ever been */
    uv_timer_t trim;           /* set while free stacks may hold much memory */
    struct observer *observer; /* the loop's: what watches tasks, or NULL */
};

struct task {
    /* Touched at each switch, so they are close together. */
    struct loop_callback ready; /* runs the task until its next wait */
    struct task_pool *pool;
    struct task_wait *wait;     /* what it waits for, or NULL */
    struct scope *scopes;       /* that it has open, the innermost first */
    struct coroutine coroutine; /* from its first run to its end */
    int cancelled;              /* 0, or what its waits return */

    int result;
    bool begun, ended;
    bool held;            /* somebody has a handle, so the memory outlives the end */
    uint16_t traced_name; /* the recording's number for its name */
    unsigned number;      /* among those that there have ever been, from 1 */
    int (*function)(void *argument);
    void *argument;
    const char *name;
    struct scope *parent; /* that it is a child of; NULL: the root */
    union {
        TAILQ_ENTRY(task) siblings; /* the other children of its scope */
        struct task *next;          /* in the pool's list of free ones */
    };
    struct join_wait *joiner;          /* the task that joins it, or NULL */
    void (*on_end)(struct task *task); /* called when it has ended; asyncio's add_done_callback */
};

/* The loop's pool, made at the first use; NULL when memory is short. */
struct task_pool *task_pool_of(uv_loop_t *loop);

/* A new task, which is not ready yet, or NULL when memory or stacks are short. */
struct task *task_new(struct task_pool *pool, const char *name, int (*function)(void *argument),
    void *argument, size_t stack_size);

/* What a new task's callback is: gives it a stack and runs it until its first wait. */
void task_begin(void *task);

/* Gives its memory back to the pool. */
void task_free(struct task *task);

/* The task that runs; outside one, ends the program: what is the call that needs it. */
struct task *task_required(const char *what);

/* 0, or what the task's waits return, seen from its innermost scope outwards. */
int task_cancellation(const struct task *task);

/* If what the task waits for has become pointless, calls its cancel. */
void task_interrupt(struct task *task);

/* Ends the program for a mistake in how the library is used. */
_Noreturn void task_misuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
