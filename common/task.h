/*
 * Tasks: functions that wait while other tasks run. asyncio's Task, Future, TaskGroup, sleep,
 * gather, timeout and shield.
 *
 *     static int hello(void *unused)
 *     {
 *         puts("Hello");
 *         return task_sleep(1.0);
 *     }
 *
 * A task is a coroutine with a name, a result and a parent. It runs a plain C function, which may
 * call others, and each of them may wait. Only one task of a loop runs at a time, and it runs until
 * it waits.
 *
 * Every call that waits returns 0 (or a count), or a negative libuv error. UV_ETIMEDOUT means that
 * the deadline of the innermost scope has passed. UV_ECANCELED means that the task or one of its
 * scopes was cancelled, or that the deadline of an outer scope has passed. In both cases free what
 * the function owns, and return the error. A cancellation is permanent: from then on, calls in that
 * task, or inside that scope, behave as follows:
 *
 *     task_sleep, task_yield, stream_connect,      return the error at once, and have
 *     stream_read and the other reads,             no effect: input stays unread, an item
 *     stream_drain, listener_accept,               stays in its queue, no work begins
 *     executor_run, queue_put, queue_get
 *
 *     future_wait, task_join, scope_join,          return a result that exists,
 *     task_gather                                  otherwise the error
 *
 *     scope_leave                                  waits until all children have ended,
 *                                                  however long their cleanup takes
 *
 *     stream_close, listener_close,                wait as usual, because cleanup has
 *     task_close_handle                            to finish; for a bounded time
 *
 *     scope_spawn                                  starts the child, unless that scope
 *                                                  itself is cancelled
 *
 * If a result arrives while a call waits, and a cancellation comes before the task runs again, the
 * call returns the result, and the next call returns the cancellation.
 *
 * Making a call that waits outside a task ends the program.
 */
#pragma once

#include <sys/cdefs.h>
#include <sys/queue.h>

#include "common/loop.h"

__BEGIN_DECLS

struct task;

/*
 * Running
 */

/* Runs function(argument) as the first task of the loop until it has ended (asyncio.run,
 * loop.run_until_complete). The first SIGINT or SIGTERM cancels the task, as loop_stop does; a
 * second one ends the program (loop_on_signal). Returns the task's result, or UV_ENOMEM or
 * UV_EMFILE if it could not run. */
int task_run(uv_loop_t *loop, const char *name, int (*function)(void *argument), void *argument);

/* Returns whether a signal, loop_stop or task_cancel cancelled the first task of the last task_run.
 * Only then does the result UV_ECANCELED mean that the program ended because it was asked to. A
 * signal that arrives while the task runs for the last time counts too, but does not change the
 * task's result. */
bool task_run_was_cancelled(void);

/* The loop of the running task (asyncio.get_running_loop). Ends the program outside a task. */
uv_loop_t *task_loop(void);

/* The running task, or NULL outside a task (asyncio.current_task). */
struct task *task_current(void);

/* The task's name (task.get_name). The string belongs to the caller that started the task, and has
 * to outlive the task. A task that got NULL for a name is "unnamed". */
const char *task_name(const struct task *task);

/*
 * Waiting
 */

/* Waits that many seconds (asyncio.sleep). Returns 0, UV_ECANCELED or UV_ETIMEDOUT. */
int task_sleep(double seconds);

/* Lets all other ready tasks and callbacks run first (asyncio.sleep(0)). Returns 0, UV_ECANCELED or
 * UV_ETIMEDOUT. */
int task_yield(void);

/* Returns 0, or the error that the next wait would return (task.cancelling). It looks at the clock,
 * so a task that computes for long should call it now and then, to notice a deadline that has
 * passed. Does not wait. */
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
 * When a child ends with an error, the scope cancels the other children and the owner's waits
 * inside the scope, and scope_leave returns the error. So no child outlives its parent, and no
 * failure goes unnoticed. If several children fail, the scope keeps the first error; task_join
 * returns the result of a single child.
 */

struct scope {
    struct scope *outer;         /* the scope around it in the same task, or NULL */
    struct task *owner;          /* the task that opened it; NULL: it is not open */
    TAILQ_HEAD(, task) children; /* running, or ended but with a handle still held */
    size_t running;              /* children that have not ended */
    int cancelled;               /* 0, or the error that waits inside the scope return */
    int error;                   /* the first failure of a child, or 0 */
    bool shielded;               /* cancellations from outside have no effect inside */
    double seconds;              /* the time limit of a shielded scope */
    struct task_wait *joiner;    /* the owner's wait for its children, or NULL */
    struct loop_timer timer;     /* runs at the deadline */
};

/* Opens a scope (async with asyncio.TaskGroup()). Every scope must be left, the innermost first. */
void scope_enter(struct scope *scope);

/* Opens a scope with a deadline by the loop's clock (asyncio.timeout_at). When it passes, the
 * children are cancelled, and the owner's waits inside the scope return UV_ETIMEDOUT. UINT64_MAX
 * means no deadline. Returns 0, or UV_ENOMEM; the scope is open in either case. */
int scope_enter_until(struct scope *scope, uint64_t deadline);

/* Does the same for a deadline that many seconds from now (asyncio.timeout). */
int scope_enter_for(struct scope *scope, double seconds);

/* Returns whether the scope's own deadline cancelled it (Timeout.expired). If scopes with deadlines
 * are nested, UV_ETIMEDOUT alone does not tell which deadline has passed. You may call it after
 * scope_leave, too. */
bool scope_timed_out(const struct scope *scope);

/* Opens a scope for cleanup that has to wait: a cancellation from outside has no effect inside it
 * (asyncio.shield). After that many seconds, waits inside it return UV_ETIMEDOUT, and stderr
 * gets a line with the task's name and the limit. Returns 0, or UV_ENOMEM; the scope is open in
 * either case. */
int scope_enter_shielded(struct scope *scope, double seconds);

/* Starts function(argument) as a child (TaskGroup.create_task). The child begins to run when the
 * running task waits. Any task of the loop may call it, and any callback. Returns 0, UV_ENOMEM, or
 * the scope's error if the scope has been cancelled. */
int scope_spawn(
    struct scope *scope, const char *name, int (*function)(void *argument), void *argument);

/* Does the same with options. */
struct task_options {
    size_t stack_size;    /* bytes; 0: the usual 64 KiB (256 KiB under ASan) */
    struct task **handle; /* unless NULL, receives the task, for task_join and task_cancel; it is
                             valid until the task is joined or the scope is left */
};
int scope_spawn_with(struct scope *scope, const char *name, int (*function)(void *argument),
    void *argument, struct task_options options);

/* Waits until all children have ended (TaskGroup.__aexit__). Returns 0, the first failure of a
 * child, UV_ECANCELED or UV_ETIMEDOUT. After the last two, children may still run. */
int scope_join(struct scope *scope);

/* Cancels the children, and makes the owner's waits inside the scope return UV_ECANCELED.
 * scope_leave treats that as success: use it, for example, when the first of several answers is
 * enough. Does not wait. */
void scope_cancel(struct scope *scope);

/* Cancels the children that still run, waits until they have ended, and closes the scope
 * (TaskGroup.__aexit__). A cancellation does not shorten this wait. Pass the result of the code
 * inside the scope as error. Returns error; or, if error is 0 or only a cancellation (UV_ECANCELED,
 * or the UV_ETIMEDOUT of a deadline that has passed) and a child has failed, the first failure of a
 * child. A child that returns UV_ECANCELED has not failed. If error is only the UV_ECANCELED of a
 * scope_cancel of this scope, the result is 0 instead of that. As in trio, a cancellation from
 * outside passes through: UV_ECANCELED then replaces that 0 and, unless the scope is shielded, the
 * UV_ETIMEDOUT of the scope's own deadline. */
int scope_leave(struct scope *scope, int error);

/* Waits until the task has ended, stores its result in *result unless that is NULL, and releases
 * the handle (await task). Returns 0, UV_ECANCELED or UV_ETIMEDOUT; after the last two the handle
 * is still valid. A task can be joined once, and by one task at a time. */
int task_join(struct task *task, int *result);

/* Cancels a task (task.cancel): its present wait and all later ones return UV_ECANCELED. The task
 * cancels its children when it leaves their scopes. Does nothing to a task that has ended. Does not
 * wait for the task. */
void task_cancel(struct task *task);

/* One of the calls of task_gather, which stores in result what the function returned, or
 * UV_ECANCELED if it was not called. */
struct task_call {
    const char *name;
    int (*function)(void *argument);
    void *argument;
    int result;
};

/* Runs all the calls, each in a task of its own, and waits until all have ended (asyncio.gather).
 * Returns 0, the first failure, UV_ENOMEM or UV_ECANCELED. An error cancels the other calls. A call
 * that itself returns UV_ECANCELED is no error: the others go on, as in asyncio. If a deadline of
 * the caller passes, task_gather returns UV_ECANCELED, because it waits in a scope of its own
 * inside the caller's scope; the caller's scope_leave turns that into UV_ETIMEDOUT. */
int task_gather(struct task_call *calls, size_t count);

/*
 * A future: a result that does not exist yet (asyncio.Future). Initialize it with zeros, for
 * example with {0}. It needs no freeing, but its memory must stay valid while a task waits for it.
 */
struct future {
    bool done;
    int result;
    TAILQ_HEAD(, future_waiter) waiters; /* in the order in which they began to wait */
};

/* Sets the result and wakes all tasks that wait for it (future.set_result). Returns 0, or
 * UV_EALREADY if a result was set before. Any callback or task of the loop may call it. */
int future_set(struct future *future, int result);

/* Waits for the result and stores it in *result unless that is NULL (await future). Any number of
 * tasks may wait; cancelling one of them does not affect the future. Returns 0, UV_ECANCELED or
 * UV_ETIMEDOUT. */
int future_wait(struct future *future, int *result);

/*
 * For modules that make new kinds of waiting (stream, executor, websocket).
 */

/* The wait of a task, on that task's stack. */
struct task_wait {
    const char *what;                       /* the name that people see: "sleep", "read_line" */
    void (*cancel)(struct task_wait *wait); /* undoes the wait; then calls task_wake, or a callback
                                               does so later */
    struct task *task;                      /* the task that waits */
    uint64_t since;                         /* when the wait began, by the loop's clock */
    int result;
};

/* Every call that may wait starts with a checkpoint (trio.lowlevel.checkpoint). Returns 0, or the
 * error of a cancellation, in which case the call must have no effect. After 32 checkpoints without
 * a wait, the task yields to the other ready tasks: so a task whose calls all succeed at once,
 * because its peer is fast, does not hold the loop. */
int task_checkpoint(const char *what);

/* Counts bytes that the task has received or written: 8192 bytes count as one of the 32 checkpoints
 * after which task_checkpoint yields. */
void task_spend(size_t bytes);

/* Suspends the running task until task_wake, and returns the result passed to that. When the task
 * is cancelled, cancel is called once. It must make sure that no pointer to *wait is left, and that
 * task_wake is called, with UV_ECANCELED or with a result that came first. If the task was
 * cancelled before, cancel is called at once. If cancel is NULL, the wait cannot be cancelled. */
int task_wait(struct task_wait *wait, const char *what, void (*cancel)(struct task_wait *wait));

/* Makes the waiting task ready; its task_wait returns result. Call it once for each task_wait. */
void task_wake(struct task_wait *wait, int result);

/* An object that contains an open handle, such as a stream. If it lies on the stack of the task
 * that opened it and is still open when that task ends, libuv would go on to use freed memory. So
 * the program ends then, and says what was not closed. */
struct task_resource {
    const char *what;  /* "stream" */
    struct task *task; /* the task that has to close it; NULL: it is closed, or no task is left */
    LIST_ENTRY(task_resource) entry;
};

/* Call task_opened in the task that opens the resource. Any task may close it, and calls
 * task_closed. */
void task_opened(struct task_resource *resource, const char *what);
void task_closed(struct task_resource *resource);

/* Closes a libuv handle and waits until its memory may be freed or reused (transport.close,
 * wait_closed). The wait cannot be cancelled: libuv uses the handle until its close callback.
 * Changes handle->data. Ends the program if the handle is already closed or being closed. */
void task_close_handle(uv_handle_t *handle);

__END_DECLS
