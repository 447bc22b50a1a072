/* Counts the calls that are made after the caller was cancelled. */
#include "exercise.h"

#include "tests/support_stream.h"

static int refuse(struct service *service)
{
    service->calls++;
    return UV_ECONNREFUSED;
}

static int accept_the_third(struct service *service)
{
    return ++service->calls == 3 ? 0 : UV_ECONNREFUSED;
}

static int call(void *service)
{
    return call_patiently(service);
}

TASK_TEST(it_tries_again_each_second)
{
    struct service service = {.call = accept_the_third};
    struct attempt calling;
    struct scope scope;
    scope_enter(&scope);
    attempt_begin(&calling, &scope, call, &service);
    run_ready();
    ck_assert_int_eq(service.calls, 1);
    advance(1.0);
    ck_assert_int_eq(service.calls, 2);
    advance(1.0);
    ck_assert(calling.done);
    ck_assert_int_eq(calling.result, 0);
    scope_leave(&scope, 0);
}

TASK_TEST(it_gives_up_after_ten)
{
    struct service service = {.call = refuse};
    struct attempt calling;
    struct scope scope;
    scope_enter(&scope);
    attempt_begin(&calling, &scope, call, &service);
    run_ready();
    for (int seconds = 0; seconds < 9; seconds++)
        advance(1.0);
    ck_assert(calling.done);
    ck_assert_int_eq(calling.result, UV_ECONNREFUSED);
    ck_assert_int_eq(service.calls, 10);
    scope_leave(&scope, 0);
}

TASK_TEST(cancelled_it_calls_no_more)
{
    struct service service = {.call = refuse};
    struct attempt calling;
    struct scope scope;
    scope_enter(&scope);
    attempt_begin(&calling, &scope, call, &service);
    run_ready();
    advance(1.0);
    task_cancel(calling.task);
    run_ready();
    ck_assert(calling.done);
    ck_assert_msg(service.calls == 2,
        "it was cancelled after 2 calls, and made %d more, all in the same instant",
        service.calls - 2);
    ck_assert_msg(calling.result == UV_ECANCELED, "it returned %s instead of UV_ECANCELED",
        calling.result ? uv_err_name(calling.result) : "0");
    scope_leave(&scope, 0);
}

static int call_for_a_while(void *service)
{
    struct scope scope;
    scope_enter_for(&scope, 2.5);
    int error = call_patiently(service);
    scope_leave(&scope, error); /* would make UV_ETIMEDOUT of UV_ECANCELED */
    return error;
}

TASK_TEST(at_a_deadline_it_calls_no_more)
{
    struct service service = {.call = refuse};
    struct attempt calling;
    struct scope scope;
    scope_enter(&scope);
    attempt_begin(&calling, &scope, call_for_a_while, &service);
    run_ready();
    for (int i = 0; i < 5; i++)
        advance(0.5);
    ck_assert(calling.done);
    ck_assert_msg(service.calls == 3, "its deadline passed after 3 calls, and it made %d more",
        service.calls - 3);
    ck_assert_msg(calling.result == UV_ETIMEDOUT, "it returned %s instead of UV_ETIMEDOUT",
        calling.result ? uv_err_name(calling.result) : "0");
    scope_leave(&scope, 0);
}

int main(void)
{
    return run_suite("2.2",
        (struct test_group[]){
            {"patience", (const TTest *const[]){it_tries_again_each_second, it_gives_up_after_ten,
                             cancelled_it_calls_no_more, at_a_deadline_it_calls_no_more, NULL}},
            {NULL, NULL}});
}
