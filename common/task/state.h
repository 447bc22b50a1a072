/*
 * The state of a task, and of all tasks of a loop. Private to task/ and observe/.
 */
#pragma once

#include <stdalign.h>

#include "common/coroutine.h"
#include "common/observe/misuse.h"
#include "common/task.h"

#define STALE 64
#define CACHE_LINE 64

/* All tasks of a loop. */
struct task_pool {
    struct loop_attachment attachment;
    uv_loop_t *loop;
    struct loop_state *state; /* the loop's */
    struct stack_arena stacks;
    struct task *current;       /* the task that runs, or the last that ran */
    struct task *root;          /* the task of task_run */
    struct task *free;          /* memory for new tasks */
    struct task *stale[STALE];  /* a ring of those freed last, which are not reused yet ... */
    unsigned oldest;            /* ... so that the use of an old handle is noticed */
    struct task_block *blocks;  /* all memory for tasks */
    int *error;                 /* errno of the thread that runs the loop ... */
    uint32_t control;           /* ... and its floating-point control, with which tasks begin */
    ptrdiff_t budget;           /* calls that the current task may still make without a wait */
    size_t live;                /* tasks that have not ended */
    unsigned spawned;           /* tasks spawned since the start */
    uv_timer_t trim;            /* active while free stacks may hold much memory */
    struct observer *observer;  /* the loop's: what watches the tasks, or NULL */
    void (*begin)(void *task);  /* the callback of a task that has not begun ... */
    void (*resume)(void *task); /* ... and of one that has */
};

struct task {
    /* Each switch touches these 64 bytes, and nothing else of a task. */
    alignas(max_align_t) struct loop_callback ready; /* runs the task until its next wait */
    struct scope *scopes;                            /* its open scopes, the innermost first */
    int error;                                       /* its errno ... */
    uint32_t control;   /* ... and its floating-point control, while another task runs */
    bool cancelled : 1; /* its waits return UV_ECANCELED */
    bool canary : 1;    /* its stack is checked when it suspends */
    bool begun : 1, ended : 1;
    bool held : 1;              /* a handle to it is valid, so its memory outlives its end */
    bool known : 1;             /* the program was given a pointer to it */
    bool freed : 1;             /* to use that pointer is a mistake now */
    uint16_t traced_name;       /* the recording's numbers for its name ... */
    uint16_t traced_what;       /* ... and for its last wait */
    struct coroutine coroutine; /* valid from its first run to its end */

    struct task_pool *pool;
    struct task_wait *wait; /* the wait it is suspended in, or NULL */
    union {
        int (*function)(void *argument);      /* before it begins */
        LIST_HEAD(, task_resource) resources; /* from then on: those it opened and has not closed */
    };
    void *argument;
    const char *name;
    int result;
    unsigned number;      /* counts the loop's tasks from 1 */
    struct scope *parent; /* the scope it is a child of; NULL: it is the root */
    union {
        TAILQ_ENTRY(task) siblings; /* the other children of its scope */
        struct task *next;          /* the pool's list of free tasks */
    };
    struct join_wait *joiner;          /* the task that joins it, or NULL */
    void (*on_end)(struct task *task); /* called when it has ended; asyncio's add_done_callback */
};

/* The pool whose tasks this thread runs, or NULL. Calls that wait take no loop, so they find it
 * here. */
extern _Thread_local struct task_pool *running_pool;

/* Returns the loop's pool, made at its first use, or NULL: out of memory. */
struct task_pool *task_pool_of(uv_loop_t *loop);

/* Prepares the pool to run tasks in this thread. */
void task_pool_begin(struct task_pool *pool);

/* Returns a new task, which is not ready yet, or NULL: out of memory or of stacks. */
struct task *task_new(struct task_pool *pool, const char *name, int (*function)(void *argument),
    void *argument, size_t stack_size);

/* Gives its memory back to the pool. */
void task_free(struct task *task);

/* Ends the program if the task was freed: what names the call that got the pointer. */
void task_require_valid(const struct task *task, const char *what);

/* Returns the running task. Outside a task, ends the program: what names the call that needs one.
 */
struct task *task_required(const char *what);

/* Returns 0, or the error that the task's waits return. The innermost scope decides first. */
int task_cancellation(const struct task *task);

/* Cancels the wait that the task is suspended in, if the task has been cancelled. */
void task_interrupt(struct task *task);
