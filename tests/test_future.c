#include "common/task.h"

#include <stdlib.h>
#include <string.h>

#include "support_runtime.h"

struct waiter {
    struct future *future;
    char *name;
    struct task *task;
};

static int wait_and_note(void *argument)
{
    struct waiter *waiter = argument;
    int result = 0, error = future_wait(waiter->future, &result);
    note("%s:%s", waiter->name, error ? uv_err_name(error) : "0");
    return error ? error : result;
}

static int set_before_the_wait(void *unused)
{
    (void)unused;
    struct future future = {0};
    int result = 0;
    ck_assert_int_eq(future_set(&future, 42), 0);
    ck_assert_int_eq(future_wait(&future, &result), 0);
    ck_assert_int_eq(result, 42);
    ck_assert_int_eq(future_wait(&future, NULL), 0); /* a task may wait again */
    return result;
}

START_TEST(a_set_future_does_not_wait)
{
    ck_assert_int_eq(run_main(set_before_the_wait, NULL), 42);
}
END_TEST

static int wait_and_return(void *future)
{
    int result = 0, error = future_wait(future, &result);
    return error ? error : result;
}

static int set_and_free(void *unused)
{
    (void)unused;
    struct future *future = calloc(1, sizeof(*future));
    struct scope scope;
    int result = 0;
    scope_enter(&scope);
    struct task *waiter = spawn_held(&scope, "waiter", wait_and_return, future);
    ck_assert_int_eq(task_yield(), 0);
    ck_assert_int_eq(future_set(future, 42), 0);
    memset(future, 0xFF, sizeof(*future));
    free(future);
    ck_assert_int_eq(task_join(waiter, &result), 0);
    return scope_leave(&scope, result);
}

START_TEST(a_future_may_be_freed_once_set)
{
    ck_assert_int_eq(run_main(set_and_free, NULL), 42);
}
END_TEST

static int set_twice(void *unused)
{
    (void)unused;
    struct future future = {0};
    int result = 0;
    ck_assert_int_eq(future_set(&future, UV_EPIPE), 0);
    ck_assert_int_eq(future_set(&future, 2), UV_EALREADY);
    ck_assert_int_eq(future_wait(&future, &result), 0); /* an error is a result too */
    return result;
}

START_TEST(the_first_result_stays)
{
    ck_assert_int_eq(run_main(set_twice, NULL), UV_EPIPE);
}
END_TEST

static void set_to_eof(void *future)
{
    ck_assert_ptr_null(task_current());
    ck_assert_int_eq(future_set(future, UV_EOF), 0);
}

static int wait_for_a_callback(void *unused)
{
    (void)unused;
    struct future future = {0};
    int result = 0;
    loop_call_soon(task_loop(), set_to_eof, &future);
    ck_assert_int_eq(future_wait(&future, &result), 0);
    return result;
}

START_TEST(a_callback_may_set_it)
{
    ck_assert_int_eq(run_main(wait_for_a_callback, NULL), UV_EOF);
}
END_TEST

enum { WAITERS = 5 };

static void spawn_waiters(
    struct scope *scope, struct future *future, struct waiter waiters[WAITERS])
{
    static char *const names[WAITERS] = {"a", "b", "c", "d", "e"};
    for (int i = 0; i < WAITERS; i++) {
        waiters[i] = (struct waiter){.future = future, .name = names[i]};
        waiters[i].task = spawn_held(scope, names[i], wait_and_note, &waiters[i]);
    }
}

static int wait_together(void *unused)
{
    (void)unused;
    struct scope scope;
    struct future future = {0};
    struct waiter waiters[WAITERS];
    scope_enter(&scope);
    spawn_waiters(&scope, &future, waiters);
    run_ready();
    expect_notes("");
    ck_assert_int_eq(future_set(&future, 8), 0);
    expect_notes(""); /* no task runs inside future_set */
    for (int i = 0; i < WAITERS; i++) {
        int result = 0;
        ck_assert_int_eq(task_join(waiters[i].task, &result), 0);
        ck_assert_int_eq(result, 8);
    }
    expect_notes("a:0 b:0 c:0 d:0 e:0");
    return scope_leave(&scope, 0);
}

START_TEST(waiters_are_woken_in_order)
{
    ck_assert_int_eq(run_main(wait_together, NULL), 0);
}
END_TEST

/* Cancels every subset of the waiters: the first, the last, neighbors, all. */
static int cancel_some(void *chosen)
{
    struct scope scope;
    struct future future = {0};
    struct waiter waiters[WAITERS];
    scope_enter(&scope);
    spawn_waiters(&scope, &future, waiters);
    run_ready();
    for (int i = 0; i < WAITERS; i++)
        if (*(unsigned *)chosen & 1u << i)
            task_cancel(waiters[i].task);
    run_ready();
    ck_assert_int_eq(future_set(&future, 8), 0);
    for (int i = 0; i < WAITERS; i++) {
        int result = 0, expected = *(unsigned *)chosen & 1u << i ? UV_ECANCELED : 8;
        ck_assert_int_eq(task_join(waiters[i].task, &result), 0);
        ck_assert_int_eq(result, expected);
    }
    return scope_leave(&scope, 0);
}

START_TEST(a_cancelled_waiter_leaves_the_others)
{
    for (unsigned chosen = 0; chosen < 1u << WAITERS; chosen++)
        ck_assert_int_eq(run_main(cancel_some, &chosen), 0);
}
END_TEST

static int cancel_and_set_at_once(void *unused)
{
    (void)unused;
    struct scope scope;
    struct future future = {0};
    struct waiter waiters[WAITERS];
    scope_enter(&scope);
    spawn_waiters(&scope, &future, waiters);
    run_ready();
    task_cancel(waiters[1].task);
    future_set(&future, 8);
    task_cancel(waiters[3].task); /* too late, because it has a result */
    run_ready();
    expect_notes("b:ECANCELED a:0 c:0 d:0 e:0");
    return scope_leave(&scope, 0);
}

START_TEST(the_first_of_result_and_cancellation_counts)
{
    ck_assert_int_eq(run_main(cancel_and_set_at_once, NULL), 0);
}
END_TEST

static int wait_again(void *argument)
{
    struct waiter *waiter = argument;
    ck_assert_int_eq(wait_and_note(waiter), 1);
    waiter->future++;
    return wait_and_note(waiter);
}

static int chain_futures(void *unused)
{
    (void)unused;
    struct scope scope;
    struct future futures[2] = {{0}, {0}};
    struct waiter waiter = {.future = futures, .name = "chain"};
    int result = 0;
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "chain", wait_again, &waiter);
    run_ready();
    future_set(&futures[0], 1);
    run_ready();
    future_set(&futures[1], 2);
    ck_assert_int_eq(task_join(task, &result), 0);
    ck_assert_int_eq(result, 2);
    return scope_leave(&scope, 0);
}

START_TEST(a_task_may_wait_for_several_in_turn)
{
    ck_assert_int_eq(run_main(chain_futures, NULL), 0);
    expect_notes("chain:0 chain:0");
}
END_TEST

static int time_out(void *unused)
{
    (void)unused;
    struct scope scope;
    struct future future = {0};
    int result = 7;
    ck_assert_int_eq(scope_enter_until(&scope, loop_now(task_loop())), 0);
    ck_assert_int_eq(future_wait(&future, &result), UV_ETIMEDOUT);
    ck_assert_int_eq(result, 7); /* unchanged */
    ck_assert_int_eq(scope_leave(&scope, 0), 0);
    ck_assert_int_eq(future_set(&future, 1), 0); /* the waiter was removed */
    ck_assert_int_eq(future_wait(&future, &result), 0);
    return result;
}

START_TEST(a_timed_out_wait_may_be_repeated)
{
    ck_assert_int_eq(run_main(time_out, NULL), 1);
}
END_TEST

int main(void)
{
    return run_suite("future",
        (struct test_group[]){
            {"set", (const TTest *const[]){a_set_future_does_not_wait, the_first_result_stays,
                        a_future_may_be_freed_once_set, a_callback_may_set_it, NULL}},
            {"wait", (const TTest *const[]){waiters_are_woken_in_order,
                         a_task_may_wait_for_several_in_turn, NULL}},
            {"cancel", (const TTest *const[]){a_cancelled_waiter_leaves_the_others,
                           the_first_of_result_and_cancellation_counts,
                           a_timed_out_wait_may_be_repeated, NULL}},
            {NULL, NULL}});
}
