/* Tasks that want a permit, hold it, and give it back. */
#include "exercise.h"

#include <signal.h>

#include <string.h>

#include "common/task/state.h"
#include "tests/support_stream.h"

static const char *name_of(int result)
{
    return result ? uv_err_name(result) : "0";
}

static int acquire(void *semaphore)
{
    return semaphore_acquire(semaphore);
}

/* Takes a permit that has to be there. */
static void acquire_free(struct semaphore *semaphore, struct scope *scope)
{
    struct attempt taking;
    attempt_begin(&taking, scope, acquire, semaphore);
    run_ready();
    ck_assert_msg(taking.done, "nobody has a permit yet, and semaphore_acquire waits");
    ck_assert_msg(taking.result == 0, "semaphore_acquire returned %s", name_of(taking.result));
}

/* Begins to take a permit while there is none. */
static void acquire_taken(struct attempt *taking, struct semaphore *semaphore, struct scope *scope)
{
    attempt_begin(taking, scope, acquire, semaphore);
    run_ready();
    ck_assert_msg(!taking->done || taking->result == 0,
        "both permits are taken: a third task should wait for one, and semaphore_acquire returned "
        "%s",
        name_of(taking->result));
    ck_assert_msg(!taking->done, "two permits, and a third task has got one");
}

static void expect_permit(const struct attempt *taking, const char *who)
{
    ck_assert_msg(taking->done, "a permit was given back, and %s still waits for one", who);
    ck_assert_msg(taking->result == 0, "%s waited for a permit, and semaphore_acquire returned %s",
        who, name_of(taking->result));
}

static void release(struct semaphore *semaphore)
{
    int error = semaphore_release(semaphore);
    ck_assert_msg(error == 0, "semaphore_release returned %s", name_of(error));
}

static void begin_with_both_taken(struct semaphore *semaphore, struct scope *scope)
{
    ck_assert_int_eq(semaphore_init(semaphore, 2), 0);
    scope_enter(scope);
    acquire_free(semaphore, scope);
    acquire_free(semaphore, scope);
}

TASK_TEST(a_third_task_waits_for_one_of_two_permits)
{
    struct semaphore semaphore;
    struct scope scope;
    struct attempt third, fourth;
    begin_with_both_taken(&semaphore, &scope);
    acquire_taken(&third, &semaphore, &scope);
    acquire_taken(&fourth, &semaphore, &scope);
    release(&semaphore);
    run_ready();
    expect_permit(&third, "the task that asked first");
    ck_assert_msg(!fourth.done, "one permit was given back, and two tasks have got one");
    release(&semaphore);
    run_ready();
    expect_permit(&fourth, "the last task");
    scope_leave(&scope, 0);
    semaphore_free(&semaphore);
}

/* The tree of tasks, and so this test, knows what a task waits for. */
TASK_TEST(waiting_is_no_work)
{
    struct semaphore semaphore;
    struct scope scope;
    struct attempt third;
    begin_with_both_taken(&semaphore, &scope);
    acquire_taken(&third, &semaphore, &scope);
    ck_assert_msg(third.task->wait && strcmp(third.task->wait->what, "yield") != 0,
        "instead of waiting, semaphore_acquire asks again and again: that keeps a processor busy");
    release(&semaphore);
    run_ready();
    expect_permit(&third, "the third task");
    scope_leave(&scope, 0);
    semaphore_free(&semaphore);
}

TASK_TEST(a_task_that_leaves_the_line_has_no_permit)
{
    struct semaphore semaphore;
    struct scope scope;
    struct attempt third, fourth;
    begin_with_both_taken(&semaphore, &scope);
    acquire_taken(&third, &semaphore, &scope);
    acquire_taken(&fourth, &semaphore, &scope);
    task_cancel(third.task);
    run_ready();
    ck_assert_msg(third.done, "it was cancelled while it waited for a permit, and waits on");
    ck_assert_msg(third.result == UV_ECANCELED,
        "it was cancelled while it waited for a permit, and semaphore_acquire returned %s",
        name_of(third.result));
    release(&semaphore);
    run_ready();
    expect_permit(&fourth, "the task behind the cancelled one");
    scope_leave(&scope, 0);
    semaphore_free(&semaphore);
}

/* The permit arrives, and before the task runs again, it is cancelled. */
TASK_TEST(a_permit_is_not_lost_between_two_tasks)
{
    struct semaphore semaphore;
    struct scope scope;
    struct attempt third, fourth;
    begin_with_both_taken(&semaphore, &scope);
    acquire_taken(&third, &semaphore, &scope);
    release(&semaphore);
    task_cancel(third.task);
    run_ready();
    ck_assert_msg(third.done, "it was cancelled while it waited for a permit, and waits on");
    if (third.result == 0)
        release(&semaphore);
    attempt_begin(&fourth, &scope, acquire, &semaphore);
    run_ready();
    ck_assert_msg(fourth.done && fourth.result == 0,
        "a task was cancelled when it had just got a permit, semaphore_acquire returned %s, and "
        "nobody has the permit",
        name_of(third.result));
    scope_leave(&scope, 0);
    semaphore_free(&semaphore);
}

static int hold(void *semaphore)
{
    int error = semaphore_acquire(semaphore);
    if (error)
        return error;
    error = task_sleep(3600);
    semaphore_release(semaphore);
    return error;
}

TASK_TEST(a_cancelled_task_gives_its_permit_back)
{
    struct semaphore semaphore;
    struct scope scope;
    struct attempt holder, next;
    ck_assert_int_eq(semaphore_init(&semaphore, 1), 0);
    scope_enter(&scope);
    attempt_begin(&holder, &scope, hold, &semaphore);
    run_ready();
    attempt_begin(&next, &scope, acquire, &semaphore);
    run_ready();
    ck_assert_msg(!next.done, "one permit, and two tasks have it");
    task_cancel(holder.task);
    run_ready();
    ck_assert(holder.done);
    ck_assert_msg(
        next.done, "the holder was cancelled, and called semaphore_release: its permit is lost");
    scope_leave(&scope, 0);
    semaphore_free(&semaphore);
}

static int give_back(void *semaphore)
{
    return semaphore_release(semaphore);
}

TASK_TEST(a_permit_that_nobody_has_cannot_be_given_back)
{
    struct semaphore semaphore;
    struct scope scope;
    struct attempt giving;
    ck_assert_int_eq(semaphore_init(&semaphore, 2), 0);
    scope_enter(&scope);
    attempt_begin(&giving, &scope, give_back, &semaphore);
    run_ready();
    ck_assert_msg(giving.done, "semaphore_release waits");
    ck_assert_msg(giving.result != 0,
        "no permit is out, and semaphore_release returned 0: now there are three of two");
    scope_leave(&scope, 0);
    semaphore_free(&semaphore);
}

#define MANY 1000

static int take_all(void *semaphore)
{
    int error = 0;
    for (int i = 0; i < MANY && !error; i++)
        error = semaphore_acquire(semaphore);
    return error;
}

static int expect_all(void *semaphore)
{
    struct scope scope;
    struct attempt taking;
    scope_enter(&scope);
    attempt_begin(&taking, &scope, take_all, semaphore);
    for (int i = 0; i < MANY && !taking.done; i++) /* it yields now and then */
        run_ready();
    ck_assert_msg(taking.done && taking.result == 0,
        "of %d permits that nobody has taken, not all can be taken", MANY);
    return scope_leave(&scope, 0);
}

static void report_wait(int number)
{
    (void)number;
    ck_abort_msg("semaphore_init has called something that waits, and the library says so above");
}

START_TEST(at_least_one_permit)
{
    struct semaphore semaphore;
    int error = semaphore_init(&semaphore, 0);
    ck_assert_msg(error == UV_EINVAL,
        "a semaphore without permits would let nobody through, and semaphore_init returned %s "
        "instead of UV_EINVAL",
        name_of(error));
}
END_TEST

/* No task runs here, and more permits than a byte can count. */
START_TEST(it_can_be_made_outside_a_task)
{
    struct semaphore semaphore;
    signal(SIGABRT, report_wait);
    int error = semaphore_init(&semaphore, MANY);
    ck_assert_msg(error == 0, "a semaphore with %d permits: semaphore_init returned %s", MANY,
        name_of(error));
    signal(SIGABRT, SIG_DFL);
    ck_assert_int_eq(run_main(expect_all, &semaphore), 0);
    semaphore_free(&semaphore);
}
END_TEST

int main(void)
{
    return run_suite("2.5",
        (struct test_group[]){
            {"semaphore",
                (const TTest *const[]){a_third_task_waits_for_one_of_two_permits,
                    waiting_is_no_work, a_task_that_leaves_the_line_has_no_permit,
                    a_cancelled_task_gives_its_permit_back,
                    a_permit_that_nobody_has_cannot_be_given_back, at_least_one_permit,
                    a_permit_is_not_lost_between_two_tasks, it_can_be_made_outside_a_task, NULL}},
            {NULL, NULL}});
}
