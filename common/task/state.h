/*
 * The tasks of a loop and what each is made of. Private to task/ and observe/.
 */
#pragma once

#include "common/coroutine.h"
#include "common/task.h"

#define STALE 64

/* All tasks of a loop. */
struct task_pool {
    struct loop_attachment attachment;
    uv_loop_t *loop;
    struct stack_arena stacks;
    struct task *current;       /* the task that runs, or the last that ran */
    struct task *root;          /* the task of task_run */
    struct task *free;          /* memory for new tasks */
    struct task *stale[STALE];  /* freed last, a ring: their memory is not reused yet ... */
    unsigned oldest;            /* ... so that the use of an old handle can be named */
    struct task_block *blocks;  /* all memory for tasks */
    int *error;                 /* errno of the thread that runs the loop ... */
    uint32_t control;           /* ... and its floating_point.h, with which tasks begin */
    ptrdiff_t budget;           /* calls that the current task may still make without a wait */
    size_t live;                /* tasks that have not ended */
    unsigned spawned;           /* tasks spawned since the start */
    uv_timer_t trim;            /* active while free stacks may hold much memory */
    struct observer *observer;  /* the loop's: what watches the tasks, or NULL */
    void (*begin)(void *task);  /* a task's callback: at first ... */
    void (*resume)(void *task); /* ... and from then on */
};

struct task {
    /* Each switch touches these, so they lie close together. */
    struct loop_callback ready; /* runs the task until its next wait */
    struct task_pool *pool;
    struct task_wait *wait;     /* the wait it is suspended in, or NULL */
    struct scope *scopes;       /* its open scopes, the innermost first */
    struct coroutine coroutine; /* valid from its first run to its end */
    int cancelled;              /* 0, or the error that its waits return */
    int error;                  /* its errno ... */
    uint32_t control;           /* ... and its floating_point.h, while another task runs */
    bool begun : 1, ended : 1;

    bool held : 1;        /* a handle to it is valid, so its memory outlives its end */
    bool known : 1;       /* somebody had a pointer to it */
    bool freed : 1;       /* whoever uses that pointer now is mistaken */
    uint16_t traced_name; /* the recording's numbers for its name ... */
    uint16_t traced_what; /* ... and for its last wait */
    int result;
    unsigned number; /* counts the loop's tasks from 1 */
    int (*function)(void *argument);
    void *argument;
    const char *name;
    LIST_HEAD(, task_resource) resources; /* that it opened, and that are open */
    struct scope *parent;                 /* the scope it is a child of; NULL: it is the root */
    union {
        TAILQ_ENTRY(task) siblings; /* the other children of its scope */
        struct task *next;          /* the pool's list of free tasks */
    };
    struct join_wait *joiner;          /* the task that joins it, or NULL */
    void (*on_end)(struct task *task); /* called when it has ended; asyncio's add_done_callback */
};

/* Returns the loop's pool, made at its first use, or NULL: out of memory. */
struct task_pool *task_pool_of(uv_loop_t *loop);

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

/* Ends the program for a mistake in how the library is used. */
_Noreturn void task_misuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
