#include "common/task.h"

#include <math.h>

#include "support_runtime.h"

/* A child of main that is cancelled, with what it and its canceller share. */
struct victim {
    struct future future;
    struct task *task, *other;
    bool free; /* ends what goes on for ever */
};

/*
 * When, by whom: what test_cancel_table.c does not say
 */

static int note_yields(void *unused)
{
    (void)unused;
    int error;
    while (!(error = task_yield()))
        ;
    note("%s", uv_err_name(error));
    note("%s", uv_err_name(task_yield()));
    return 0;
}

static int cancel_one_that_yields(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "yielding", note_yields, NULL);
    run_ready();
    expect_notes("");
    task_cancel(task);
    ck_assert_int_eq(task_join(task, NULL), 0);
    return scope_leave(&scope, 0);
}

START_TEST(every_yield_from_then_on_tells)
{
    ck_assert_int_eq(run_main(cancel_one_that_yields, NULL), 0);
    expect_notes("ECANCELED ECANCELED");
}
END_TEST

static int cancel_the_victim(void *argument)
{
    struct victim *victim = argument;
    task_cancel(victim->task);
    task_cancel(victim->task);
    return 0;
}

static int let_a_sibling_cancel(void *unused)
{
    (void)unused;
    struct scope scope;
    struct victim victim = {0};
    scope_enter(&scope);
    scope_spawn(&scope, "untouched", wait_for_ever, "untouched");
    victim.task = spawn_held(&scope, "victim", wait_for_ever, "victim");
    scope_spawn(&scope, "canceller", cancel_the_victim, &victim);
    run_ready();
    expect_notes("victim:ECANCELED");
    return scope_leave(&scope, 0); /* to be cancelled is no failure */
}

START_TEST(a_sibling_may_cancel_it_twice)
{
    ck_assert_int_eq(run_main(let_a_sibling_cancel, NULL), 0);
    expect_notes("untouched:ECANCELED");
}
END_TEST

static int return_three(void *unused)
{
    (void)unused;
    return 3;
}

static int cancel_an_ended_one(void *unused)
{
    (void)unused;
    struct scope scope;
    int result = 0;
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "ended", return_three, NULL);
    run_ready();
    task_cancel(task);
    ck_assert_int_eq(task_join(task, &result), 0);
    ck_assert_int_eq(result, 3);
    return scope_leave(&scope, 0);
}

START_TEST(one_that_has_ended_keeps_its_result)
{
    ck_assert_int_eq(run_main(cancel_an_ended_one, NULL), 0);
}
END_TEST

/*
 * What follows
 */

static int wait_shielded_then_leave(void *unused)
{
    (void)unused;
    struct scope scope, shield;
    scope_enter(&scope);
    scope_spawn(&scope, "grandchild", wait_for_ever, "grandchild");
    int error = task_sleep(INFINITY);
    scope_enter_shielded(&shield, 5);
    ck_assert_int_eq(task_sleep(1), 0);
    note("leaves");
    ck_assert_int_eq(scope_leave(&shield, 0), 0);
    return scope_leave(&scope, error);
}

static int cancel_a_parent(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    struct task *parent = spawn_held(&scope, "parent", wait_shielded_then_leave, NULL);
    run_ready();
    task_cancel(parent);
    run_ready();
    expect_notes("");
    task_cancel(parent); /* during its cleanup, once more: it changes nothing */
    advance(1);
    expect_notes("leaves grandchild:ECANCELED");
    int result = 0;
    ck_assert_int_eq(task_join(parent, &result), 0);
    ck_assert_int_eq(result, UV_ECANCELED);
    return scope_leave(&scope, 0);
}

START_TEST(its_children_are_cancelled_as_it_leaves_their_scope)
{
    ck_assert_int_eq(run_main(cancel_a_parent, NULL), 0);
}
END_TEST

static int in_sleep(struct victim *self)
{
    (void)self;
    return task_sleep(INFINITY);
}

static int in_yield(struct victim *self)
{
    (void)self;
    return task_yield();
}

static int in_future(struct victim *self)
{
    return future_wait(&self->future, NULL);
}

static int in_join(struct victim *self)
{
    return task_join(self->other, NULL);
}

/* Ignores every error, whatever it waits for. */
#define WAITS_ON_AND_ON(wait)                                                                      \
    static int ignore_##wait(void *argument)                                                       \
    {                                                                                              \
        struct victim *self = argument;                                                            \
        while (!self->free)                                                                        \
            wait(self);                                                                            \
        return 0;                                                                                  \
    }
WAITS_ON_AND_ON(in_sleep)
WAITS_ON_AND_ON(in_yield)
WAITS_ON_AND_ON(in_future)
WAITS_ON_AND_ON(in_join)

static int free_the_stubborn_one(void *function)
{
    struct scope scope;
    struct victim victim = {0};
    scope_enter(&scope);
    victim.other = spawn_held(&scope, "other", wait_for_ever, "other");
    victim.task = spawn_held(&scope, "stubborn", *(int (**)(void *))function, &victim);
    task_cancel(victim.task);
    run_ready(); /* returns, although the other never rests */
    victim.free = true;
    ck_assert_int_eq(task_join(victim.task, NULL), 0);
    return scope_leave(&scope, 0);
}

START_TEST(one_that_ignores_it_cannot_stop_the_loop)
{
    int (*functions[])(void *) = {
        ignore_in_sleep, ignore_in_yield, ignore_in_future, ignore_in_join};
    for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
        ck_assert_int_eq(run_main(free_the_stubborn_one, &functions[i]), 0);
}
END_TEST

/*
 * Waits of other modules
 */

struct custom_wait {
    struct task_wait wait;
    int cancels;
};

static void count_cancels(struct task_wait *wait)
{
    ((struct custom_wait *)wait)->cancels++;
}

static void wake_with_eof(void *wait)
{
    task_wake(wait, UV_EOF);
}

static void cancel_later(struct task_wait *wait)
{
    count_cancels(wait);
    loop_call_soon(task_loop(), wake_with_eof, wait);
}

struct custom {
    struct custom_wait wait;
    void (*cancel)(struct task_wait *wait);
};

static int wait_customly(void *argument)
{
    struct custom *custom = argument;
    int result = task_wait(&custom->wait.wait, "custom", custom->cancel);
    note("%s", result < 0 ? uv_err_name(result) : "0");
    return result;
}

static int cancel_custom_waits(void *unused)
{
    (void)unused;
    struct scope scope;
    struct custom deaf = {.cancel = NULL}, slow = {.cancel = count_cancels};
    scope_enter(&scope);
    struct task *first = spawn_held(&scope, "deaf", wait_customly, &deaf);
    struct task *second = spawn_held(&scope, "slow", wait_customly, &slow);
    run_ready();
    task_cancel(first);
    task_cancel(second);
    task_cancel(second);
    run_ready();
    expect_notes(""); /* both wait until somebody wakes them */
    ck_assert_int_eq(slow.wait.cancels, 1);
    ck_assert_str_eq(slow.wait.wait.what, "custom");
    ck_assert_ptr_eq(slow.wait.wait.task, second);
    task_wake(&deaf.wait.wait, 0);
    task_wake(&slow.wait.wait, UV_ECANCELED);
    run_ready();
    expect_notes("0 ECANCELED");
    return scope_leave(&scope, 0);
}

START_TEST(a_wait_decides_when_it_is_over)
{
    ck_assert_int_eq(run_main(cancel_custom_waits, NULL), 0);
}
END_TEST

static int cancel_with_a_result(void *unused)
{
    (void)unused;
    struct scope scope;
    struct custom custom = {.cancel = cancel_later};
    int result = 0;
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "custom", wait_customly, &custom);
    run_ready();
    task_cancel(task);
    run_ready();
    expect_notes("EOF"); /* a result that came first */
    ck_assert_int_eq(custom.wait.cancels, 1);
    ck_assert_int_eq(task_join(task, &result), 0);
    ck_assert_int_eq(result, UV_EOF);
    return scope_leave(&scope, UV_ECANCELED);
}

START_TEST(a_cancelled_wait_may_still_have_a_result)
{
    ck_assert_int_eq(run_main(cancel_with_a_result, NULL), UV_EOF);
}
END_TEST

static int wait_once_cancelled(void *unused)
{
    (void)unused;
    struct custom custom = {.cancel = count_cancels};
    task_cancel(task_current());
    loop_call_soon(task_loop(), wake_with_eof, &custom.wait.wait);
    ck_assert_int_eq(wait_customly(&custom), UV_EOF); /* it was suspended all the same */
    ck_assert_int_eq(custom.wait.cancels, 1);
    return 0;
}

START_TEST(one_cancelled_before_is_suspended_too)
{
    ck_assert_int_eq(run_main(wait_once_cancelled, NULL), 0);
    expect_notes("EOF");
}
END_TEST

int main(void)
{
    return run_suite("cancel",
        (struct test_group[]){{"cancel", (const TTest *const[]){every_yield_from_then_on_tells,
                                             a_sibling_may_cancel_it_twice,
                                             one_that_has_ended_keeps_its_result, NULL}},
            {"what follows",
                (const TTest *const[]){its_children_are_cancelled_as_it_leaves_their_scope,
                    one_that_ignores_it_cannot_stop_the_loop, NULL}},
            {"custom", (const TTest *const[]){a_wait_decides_when_it_is_over,
                           a_cancelled_wait_may_still_have_a_result,
                           one_cancelled_before_is_suspended_too, NULL}},
            {NULL, NULL}});
}
