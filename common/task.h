/*
 * Tasks: functions that wait while others run. asyncio's Task, Future, TaskGroup, sleep, gather,
 * timeout and shield.
 *
 *     static int hello(void *unused)
 *     {
 *         puts("Hello");
 *         return task_sleep(1.0);
 *     }
 *
 * A task is a coroutine with a name, a result and a parent. It is a plain function: it may call
 * others, and any of them may wait. Only one task of a loop runs at a time, and it is left only
 * where it waits.
 *
 * Every call that waits returns 0 (or a count), or a negative libuv error. UV_ECANCELED: the task
 * has been cancelled; UV_ETIMEDOUT: the deadline of a scope that it is in has passed. From then on
 * every wait of that task, in that scope, returns the same error at once: return it, freeing what
 * is held on the way. A result that arrived before the cancellation is returned, and the next wait
 * tells of the latter; one that arrives after it is there for whoever asks next, unless the call
 * says that it is dropped.
 *
 * Waiting outside a task is a mistake that ends the program.
 */
#pragma once

#include "common/loop.h"

struct task;

/*
 * Running
 */

/* Runs function(argument) as the first task of the loop until it has ended (asyncio.run,
 * loop.run_until_complete), and returns its result, or UV_ENOMEM. The first SIGINT or SIGTERM
 * cancels it. */
int task_run(uv_loop_t *loop, const char *name, int (*function)(void *argument), void *argument);

/* The loop of the task that runs; asyncio.get_running_loop. */
uv_loop_t *task_loop(void);

/* The task that runs, or NULL outside one (asyncio.current_task). */
struct task *task_current(void);

/* The name given to the task. The string is the spawner's: it has to outlive the task. */
const char *task_name(const struct task *task);

/*
 * Waiting
 */

/* Waits that many seconds (asyncio.sleep). Returns 0, UV_ECANCELED, UV_ETIMEDOUT or UV_ENOMEM. */
int task_sleep(double seconds);

/* Lets everything else that is ready run first (asyncio.sleep(0)). Returns 0, UV_ECANCELED or
 * UV_ETIMEDOUT. */
int task_yield(void);

/* 0, or the error that the next wait would return. For long work between two waits. */
int task_cancelled(void);

/*
 * Children. They belong to a scope, which lives on the stack of the task that opened it:
 *
 *     struct scope scope;
 *     scope_enter(&scope);
 *     scope_spawn(&scope, "clock", show_clock, game);
 *     int error = read_keyboard(game);
 *     return scope_leave(&scope, error);
 *
 * A child that ends with an error cancels its siblings and whatever the opener waits for inside the
 * scope; that first error is what the scope returns. So no child outlives its parent, and no error
 * is lost.
 */

struct scope {
    struct scope *outer;      /* the next one of the same task */
    struct task *owner;       /* who opened it */
    struct task *children;    /* all that have not been let go of */
    size_t running;           /* those that have not ended */
    int cancelled;            /* 0, or what waits inside it return */
    int error;                /* the first failure of a child */
    bool shielded;            /* what is cancelled outside is not felt inside ... */
    double seconds;           /* ... for so long */
    struct task_wait *joiner; /* the owner, while it waits for the children */
    struct loop_timer timer;  /* its deadline */
};

/* Opens a scope (async with asyncio.TaskGroup()). Every scope opened must be left, the innermost
 * first. */
void scope_enter(struct scope *scope);

/* Also sets a deadline, by the loop's clock: at it the children are cancelled, and what the owner
 * waits for inside the scope returns UV_ETIMEDOUT (asyncio.timeout_at). UINT64_MAX sets none.
 * Returns 0, or UV_ENOMEM; the scope is open in either case. */
int scope_enter_until(struct scope *scope, uint64_t deadline);

/* For cleanup that has to wait: inside it a cancellation from outside is not felt, for at most that
 * many seconds (asyncio.shield, but bounded). Cleanup that takes longer gets UV_ETIMEDOUT, and
 * stderr is told the task's name and the bound. */
int scope_enter_shielded(struct scope *scope, double seconds);

/* Starts function(argument) as a child (TaskGroup.create_task). It first runs when the
 * spawner waits. May be called by any task and from callbacks, not only by the owner. Returns 0,
 * UV_ENOMEM, or the scope's error if it has been cancelled. */
int scope_spawn(
    struct scope *scope, const char *name, int (*function)(void *argument), void *argument);

/* scope_spawn with more to say. */
struct task_options {
    size_t stack_size;    /* bytes; 0: the usual 64 KiB (256 KiB under ASan) */
    struct task **handle; /* unless NULL, receives the task, for task_join or task_cancel: it stays
                             valid until it is joined or its scope is left */
};
int scope_spawn_with(struct scope *scope, const char *name, int (*function)(void *argument),
    void *argument, struct task_options options);

/* Waits until all children have ended (TaskGroup.__aexit__). Returns 0, the first failure among
 * them, UV_ECANCELED or UV_ETIMEDOUT; children may still run after the last two. */
int scope_join(struct scope *scope);

/* Cancels the children (task_cancel for each) and makes waits inside the scope return UV_ECANCELED.
 */
void scope_cancel(struct scope *scope);

/* Cancels the children that still run, waits for them, and closes the scope. Returns the first of:
 * error (the body's own, passed in), unless it is only the cancellation that another failure
 * caused; the first failure of a child; 0. This wait is not cut short by a cancellation. */
int scope_leave(struct scope *scope, int error);

/* Waits until the task has ended, stores what its function returned in *result unless NULL, and
 * lets go of the handle (await task). Returns 0, UV_ECANCELED or UV_ETIMEDOUT: then the handle is
 * still held. One task may join another once. */
int task_join(struct task *task, int *result);

/* Cancels a task (task.cancel): what it waits for, and all that it will wait for, returns
 * UV_ECANCELED. Its children are cancelled as it leaves their scopes. Does nothing to one that has
 * ended. Does not wait for it. */
void task_cancel(struct task *task);

/* One call of many; result is what it returned. */
struct task_call {
    const char *name;
    int (*function)(void *argument);
    void *argument;
    int result;
};

/* Runs all of them at once and waits for all (asyncio.gather). Returns 0, or the first failure,
 * after which the others have been cancelled and have ended. */
int task_gather(struct task_call *calls, size_t count);

/*
 * A future: a result that does not exist yet (asyncio.Future). All zero is one that has none; it
 * needs no freeing, but must not go while a task waits for it.
 */
struct future {
    bool done;
    int result;
    struct future_waiter *first, *last;
};

/* Sets the result and wakes whoever waits (future.set_result). Returns 0, or UV_EALREADY if it was
 * set. From any callback or task of the loop. */
int future_set(struct future *future, int result);

/* Waits for the result and stores it in *result unless NULL (await future). Any number of tasks may
 * wait. Returns 0, UV_ECANCELED or UV_ETIMEDOUT. */
int future_wait(struct future *future, int *result);

/*
 * For modules that make new kinds of waiting (stream, executor, websocket).
 */

/* What a task waits for; it lives on the waiting task's stack. */
struct task_wait {
    const char *what;                       /* for people: "sleep", "read_line" */
    void (*cancel)(struct task_wait *wait); /* undo it, then task_wake, now or in a callback */
    struct task *task;                      /* who waits */
    uint64_t since;                         /* by the loop's clock */
    int result;
};

/* Suspends the task until task_wake, and returns what that was given. A cancellation calls cancel,
 * once: it sees to it that nothing points to *wait any more, and that task_wake is called, with
 * UV_ECANCELED or with a result that came first. A task that has been cancelled before is suspended
 * too, and cancel called at once. With cancel NULL the wait cannot be cut short. */
int task_wait(struct task_wait *wait, const char *what, void (*cancel)(struct task_wait *wait));

/* Makes the task ready; its task_wait returns result. Only for one that waits, and once. */
void task_wake(struct task_wait *wait, int result);
