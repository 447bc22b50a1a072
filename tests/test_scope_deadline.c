/* Deadlines and scopes in one another: which error comes out. */
#include <math.h>

#include "common/stream.h"
#include "support_runtime.h"

/*
 * An inner deadline and a failure outside
 */

/* The orders in which a child of the outer scope fails, and the inner deadline passes. */
enum order { FAILS_FIRST, PASSES_FIRST, FAILS_WHILE_LEAVING, FAILS_AFTER_LEAVING };

static int clean_up_until(void *future)
{
    struct scope scope;
    task_sleep(INFINITY);
    scope_enter_shielded(&scope, 100);
    return scope_leave(&scope, future_wait(future, NULL));
}

/* Runs beside the owner, and lets time and the failure come. */
struct script {
    enum order order;
    struct failure failure;
    struct future cleaned; /* the inner child's cleanup has what it waits for */
};

static int play(void *argument)
{
    struct script *script = argument;
    run_ready();
    if (script->order == FAILS_FIRST) {
        future_set(&script->failure.when, 0); /* and the deadline passes before the owner runs */
        loop_clock_advance(task_loop(), 1);
    } else {
        advance(1);
        if (script->order == FAILS_WHILE_LEAVING)
            future_set(&script->failure.when, 0);
    }
    if (script->order == PASSES_FIRST)
        future_set(&script->failure.when, 0);
    run_ready();
    future_set(&script->cleaned, 0);
    return 0;
}

static int fail_outside_a_deadline(void *argument)
{
    struct script *script = argument;
    struct scope all, outer, inner;
    scope_enter(&all);
    scope_enter(&outer);
    scope_spawn(&outer, "failing", fail_later, &script->failure);
    scope_spawn(&all, "script", play, script);
    scope_enter_for(&inner, 1);
    if (script->order != FAILS_AFTER_LEAVING)
        scope_spawn(&inner, "slow", clean_up_until, &script->cleaned);
    int error = scope_leave(&inner, task_sleep(INFINITY));
    note("%s", uv_err_name(error));
    if (script->order == FAILS_AFTER_LEAVING) {
        future_set(&script->failure.when, 0);
        scope_join(&outer);
    }
    error = scope_leave(&outer, error);
    note("%s", uv_err_name(error));
    return scope_leave(&all, scope_join(&all));
}

/* As in trio: a cancellation from outside passes through the inner scope, although its own deadline
 * has passed too. What has left the inner scope before is an error like any other. */
START_TEST(an_inner_deadline_does_not_hide_a_failure_outside)
{
    static const char *const expected[] = {
        "ECANCELED EIO", "ECANCELED EIO", "ECANCELED EIO", "ETIMEDOUT ETIMEDOUT"};
    for (enum order order = FAILS_FIRST; order <= FAILS_AFTER_LEAVING; order++) {
        struct script script = {.order = order, .failure = {.error = UV_EIO}};
        ck_assert_int_eq(run_main(fail_outside_a_deadline, &script), 0);
        expect_notes(expected[order]);
    }
}
END_TEST

static int miss_two_deadlines(void *unused)
{
    (void)unused;
    struct scope outer, inner, shield;
    scope_enter_for(&outer, 1);
    scope_enter_for(&inner, 1);
    int error = task_sleep(INFINITY);
    ck_assert_int_eq(error, UV_ETIMEDOUT);
    scope_enter_shielded(&shield, 1); /* its own deadline counts */
    note("%s", uv_err_name(scope_leave(&shield, task_sleep(INFINITY))));
    note("%s", uv_err_name(scope_leave(&inner, UV_EPIPE))); /* and so does another error */
    return scope_leave(&outer, error);
}

static int cancel_what_missed_a_deadline(void *unused)
{
    (void)unused;
    struct scope scope;
    int result;
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "late", miss_two_deadlines, NULL);
    run_ready();
    advance(1);
    task_cancel(task);
    advance(1);
    ck_assert_int_eq(task_join(task, &result), 0);
    return scope_leave(&scope, result);
}

START_TEST(a_deadline_does_not_hide_that_the_task_is_cancelled)
{
    ck_assert_int_eq(run_main(cancel_what_missed_a_deadline, NULL), UV_ECANCELED);
    expect_notes("ETIMEDOUT EPIPE");
}
END_TEST

/*
 * Calls that open a scope of their own, under a deadline of the caller's
 */

static int sleep_long(struct listener *listener)
{
    (void)listener;
    return task_sleep(INFINITY);
}

static int gather_one(struct listener *listener)
{
    (void)listener;
    struct task_call call = {.name = "call", .function = wait_for_ever, .argument = "call"};
    return task_gather(&call, 1);
}

static int serve(struct listener *listener)
{
    static const struct protocol protocol = {0};
    return listener_serve(listener, &protocol, NULL);
}

static int advance_a_second(void *unused)
{
    (void)unused;
    advance(1);
    return 0;
}

struct call {
    int (*function)(struct listener *listener);
};

static int call_under_a_deadline(void *call)
{
    struct scope scope, timed;
    struct listener listener;
    ck_assert_int_eq(listener_open(&listener, "127.0.0.1", "0"), 0);
    scope_enter(&scope);
    scope_spawn(&scope, "clock", advance_a_second, NULL);
    scope_enter_for(&timed, 1);
    int error = ((struct call *)call)->function(&listener);
    note("%s", uv_err_name(error));
    note("%s", uv_err_name(scope_leave(&timed, error)));
    listener_close(&listener);
    return scope_leave(&scope, scope_join(&scope));
}

/* As their pages say. */
START_TEST(a_call_with_a_scope_of_its_own_returns_ecanceled_at_a_deadline)
{
    static struct call calls[] = {{sleep_long}, {gather_one}, {serve}};
    static const char *const notes[] = {
        "ETIMEDOUT ETIMEDOUT", "call:ECANCELED ECANCELED ETIMEDOUT", "ECANCELED ETIMEDOUT"};
    for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
        ck_assert_int_eq(run_main(call_under_a_deadline, &calls[i]), 0);
        expect_notes(notes[i]);
    }
}
END_TEST

int main(void)
{
    return run_suite("scope_deadline",
        (struct test_group[]){
            {"nested", (const TTest *const[]){an_inner_deadline_does_not_hide_a_failure_outside,
                           a_deadline_does_not_hide_that_the_task_is_cancelled,
                           a_call_with_a_scope_of_its_own_returns_ecanceled_at_a_deadline, NULL}},
            {NULL, NULL}});
}
