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

/* Two errors of the service's own, one of which a wait can return, too. */
static int time_out_and_reset(struct service *service)
{
    static const int results[] = {UV_ETIMEDOUT, UV_ECONNRESET, 0};
    return service->calls < 3 ? results[service->calls++] : 0;
}

/* In tenths: the second may be made of several waits. */
static void let_pass(double seconds)
{
    for (int tenths = (int)(seconds * 10); tenths > 0; tenths--)
        advance(0.1);
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
    ck_assert_msg(service.calls == 1, "at the beginning it made %d calls", service.calls);
    let_pass(1.0);
    ck_assert_msg(service.calls == 2, "a second later it had made %d calls", service.calls);
    let_pass(1.0);
    ck_assert_msg(calling.done, "the third call succeeded, and it goes on");
    ck_assert_msg(calling.result == 0, "the third call succeeded, and it returned %s",
        uv_err_name(calling.result));
    scope_leave(&scope, 0);
}

TASK_TEST(it_gives_up_after_ten)
{
    for (int service_number = 1; service_number <= 2; service_number++) {
        struct service service = {.call = refuse};
        struct attempt calling;
        struct scope scope;
        scope_enter(&scope);
        attempt_begin(&calling, &scope, call, &service);
        run_ready();
        let_pass(9.0);
        ck_assert_msg(service.calls == 10, "service %d: in nine seconds it made %d calls",
            service_number, service.calls);
        ck_assert_msg(calling.done, "ten calls have failed, and it goes on");
        ck_assert_msg(calling.result == UV_ECONNREFUSED,
            "ten calls were refused, and it returned %d", calling.result);
        scope_leave(&scope, 0);
    }
}

TASK_TEST(it_tries_again_after_any_error)
{
    struct service service = {.call = time_out_and_reset};
    struct attempt calling;
    struct scope scope;
    scope_enter(&scope);
    attempt_begin(&calling, &scope, call, &service);
    run_ready();
    let_pass(2.0);
    ck_assert_msg(service.calls == 3,
        "the service failed with UV_ETIMEDOUT, then with UV_ECONNRESET, nobody was cancelled, and "
        "after two seconds it had made %d calls",
        service.calls);
    ck_assert_msg(calling.done && calling.result == 0, "the third call succeeded, and it goes on");
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
    let_pass(1.0);
    ck_assert_msg(service.calls == 2, "a second later it had made %d calls", service.calls);
    task_cancel(calling.task);
    run_ready();
    ck_assert_msg(calling.done, "it was cancelled, and goes on");
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
    let_pass(2.5);
    ck_assert_msg(calling.done, "its deadline has passed, and it goes on");
    ck_assert_msg(service.calls == 3, "its deadline passed after 3 calls, and it made %d more",
        service.calls - 3);
    ck_assert_msg(calling.result == UV_ETIMEDOUT, "it returned %s instead of UV_ETIMEDOUT",
        calling.result ? uv_err_name(calling.result) : "0");
    scope_leave(&scope, 0);
}

int main(void)
{
    return run_suite("2.3",
        (struct test_group[]){
            {"patience", (const TTest *const[]){it_tries_again_each_second, it_gives_up_after_ten,
                             it_tries_again_after_any_error, cancelled_it_calls_no_more,
                             at_a_deadline_it_calls_no_more, NULL}},
            {NULL, NULL}});
}
