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
 * When
 */

static int note_the_first_wait(void *unused)
{
    (void)unused;
    note("starts");
    return wait_for_ever("first");
}

static int cancel_before_the_start(void *unused)
{
    (void)unused;
    struct scope scope;
    int result = 0;
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "child", note_the_first_wait, NULL);
    task_cancel(task);
    ck_assert_int_eq(task_join(task, &result), 0);
    ck_assert_int_eq(result, UV_ECANCELED);
    expect_notes("starts first:ECANCELED");
    return scope_leave(&scope, 0);
}

START_TEST(before_it_starts_its_first_wait_tells)
{
    ck_assert_int_eq(run_main(cancel_before_the_start, NULL), 0);
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

static int in_scope(struct victim *self)
{
    (void)self;
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "grandchild", wait_for_ever, "grandchild");
    int error = scope_join(&scope);
    ck_assert_uint_eq(scope.running, 1); /* it is for scope_leave to end it */
    return scope_leave(&scope, error);
}

static int in_gather(struct victim *self)
{
    (void)self;
    struct task_call calls[] = {{"call", wait_for_ever, "call", 0}};
    return task_gather(calls, 1);
}

/* In both of two turns: nothing wears off. */
#define WAITS_AND_NOTES(wait)                                                                      \
    static int note_##wait(void *self)                                                             \
    {                                                                                              \
        for (int i = 0; i < 2; i++)                                                                \
            note("%s", uv_err_name(wait(self)));                                                   \
        return UV_ECANCELED;                                                                       \
    }
WAITS_AND_NOTES(in_sleep)
WAITS_AND_NOTES(in_yield)
WAITS_AND_NOTES(in_future)
WAITS_AND_NOTES(in_join)
WAITS_AND_NOTES(in_scope)
WAITS_AND_NOTES(in_gather)

static int cancel_a_waiting_one(void *function)
{
    struct scope scope;
    struct victim victim = {0};
    scope_enter(&scope);
    victim.other = spawn_held(&scope, "other", wait_for_ever, "other");
    victim.task = spawn_held(&scope, "victim", *(int (**)(void *))function, &victim);
    ck_assert_int_eq(task_yield(), 0);
    task_cancel(victim.task);
    ck_assert_int_eq(task_join(victim.task, NULL), 0);
    return scope_leave(&scope, 0);
}

static void is_cancelled_in(int (*function)(void *), const char *notes)
{
    ck_assert_int_eq(run_main(cancel_a_waiting_one, &function), 0);
    expect_notes(notes);
}

START_TEST(while_it_waits_every_wait_tells)
{
    is_cancelled_in(note_in_sleep, "ECANCELED ECANCELED other:ECANCELED");
    is_cancelled_in(note_in_yield, "ECANCELED ECANCELED other:ECANCELED");
    is_cancelled_in(note_in_future, "ECANCELED ECANCELED other:ECANCELED");
    is_cancelled_in(note_in_join, "ECANCELED ECANCELED other:ECANCELED");
    is_cancelled_in(note_in_scope, "grandchild:ECANCELED ECANCELED grandchild:ECANCELED ECANCELED "
                                   "other:ECANCELED");
    is_cancelled_in(
        note_in_gather, "call:ECANCELED ECANCELED call:ECANCELED ECANCELED other:ECANCELED");
}
END_TEST

/* Waits twice: the first may have got its result in time. */
static int wait_twice_for_a_future(void *argument)
{
    struct victim *self = argument;
    int result = 0, error = future_wait(&self->future, &result);
    note("%d:%s", result, error ? uv_err_name(error) : "0");
    return wait_for_ever("next");
}

static int cancel_in_the_same_tick(void *unused)
{
    (void)unused;
    struct scope scope;
    struct victim early = {0}, late = {0};
    scope_enter(&scope);
    early.task = spawn_held(&scope, "early", wait_twice_for_a_future, &early);
    late.task = spawn_held(&scope, "late", wait_twice_for_a_future, &late);
    run_ready();
    ck_assert_int_eq(future_set(&early.future, 7), 0);
    task_cancel(early.task);
    run_ready();
    expect_notes("7:0 next:ECANCELED");
    task_cancel(late.task);
    ck_assert_int_eq(future_set(&late.future, 7), 0);
    run_ready();
    expect_notes("0:ECANCELED next:ECANCELED");
    return scope_leave(&scope, 0);
}

START_TEST(a_result_that_came_first_is_returned)
{
    ck_assert_int_eq(run_main(cancel_in_the_same_tick, NULL), 0);
}
END_TEST

static int sleep_twice(void *unused)
{
    (void)unused;
    int error = task_sleep(1);
    note("%s", error ? uv_err_name(error) : "0");
    return wait_for_ever("next");
}

static void cancel_the_task(void *task)
{
    task_cancel(task);
}

static int cancel_when_the_timer_is_due(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "sleeper", sleep_twice, NULL);
    run_ready();
    loop_call_later(task_loop(), 1, cancel_the_task, task); /* fires just after the sleep's */
    advance(1);
    expect_notes("0 next:ECANCELED");
    return scope_leave(&scope, 0);
}

START_TEST(a_sleep_that_is_over_is_over)
{
    ck_assert_int_eq(run_main(cancel_when_the_timer_is_due, NULL), 0);
}
END_TEST

static int end_at_a_future(void *argument)
{
    struct victim *self = argument;
    future_wait(&self->future, NULL);
    return 9;
}

static int cancel_the_joiner(void *argument)
{
    struct victim *self = argument;
    future_wait(&self->future, NULL);
    task_cancel(self->other);
    return 0;
}

static int join_twice(void *argument)
{
    struct victim *self = argument;
    int result = 0, error = task_join(self->task, &result);
    note("%d:%s", result, error ? uv_err_name(error) : "0");
    return wait_for_ever("next");
}

static int cancel_just_after_the_end(void *unused)
{
    (void)unused;
    struct scope scope;
    struct victim victim = {0};
    scope_enter(&scope);
    victim.task = spawn_held(&scope, "joined", end_at_a_future, &victim);
    scope_spawn(&scope, "canceller", cancel_the_joiner, &victim);
    victim.other = spawn_held(&scope, "joiner", join_twice, &victim);
    run_ready();
    future_set(&victim.future, 0); /* it ends, the joiner is cancelled, the joiner runs */
    run_ready();
    expect_notes("9:0 next:ECANCELED");
    return scope_leave(&scope, 0);
}

START_TEST(a_join_of_one_that_has_ended_has_its_result)
{
    ck_assert_int_eq(run_main(cancel_just_after_the_end, NULL), 0);
}
END_TEST

/*
 * By whom
 */

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

static int cancel_oneself(void *unused)
{
    (void)unused;
    task_cancel(task_current());
    ck_assert_int_eq(task_cancelled(), UV_ECANCELED);
    note("runs");
    return wait_for_ever("self");
}

START_TEST(it_may_cancel_itself)
{
    ck_assert_int_eq(run_main(cancel_oneself, NULL), UV_ECANCELED);
    expect_notes("runs self:ECANCELED");
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
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
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
        (struct test_group[]){
            {"when", (const TTest *const[]){before_it_starts_its_first_wait_tells,
                         while_it_waits_every_wait_tells, a_result_that_came_first_is_returned,
                         a_sleep_that_is_over_is_over, a_join_of_one_that_has_ended_has_its_result,
                         NULL}},
            {"by whom", (const TTest *const[]){a_sibling_may_cancel_it_twice, it_may_cancel_itself,
                            one_that_has_ended_keeps_its_result, NULL}},
            {"what follows",
                (const TTest *const[]){its_children_are_cancelled_as_it_leaves_their_scope,
                    one_that_ignores_it_cannot_stop_the_loop, NULL}},
            {"custom", (const TTest *const[]){a_wait_decides_when_it_is_over,
                           a_cancelled_wait_may_still_have_a_result,
                           one_cancelled_before_is_suspended_too, NULL}},
            {NULL, NULL}});
}
