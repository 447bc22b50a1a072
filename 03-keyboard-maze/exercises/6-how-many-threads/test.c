/* Each call blocks until there are as many as the pool has threads. So all threads are busy at
 * once, however slow the machine is. */
#include "exercise.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/executor.h"
#include "tests/support_runtime.h"

#define ROUNDS 3

static int threads_of_the_pool(void)
{
    const char *setting = getenv("UV_THREADPOOL_SIZE");
    int threads = setting ? atoi(setting) : 4;
    return threads > 0 ? threads : 1;
}

static void meet(void *barrier)
{
    uv_barrier_wait(barrier);
}

static int ask_for_it(void *call)
{
    return executor_run("call", run_call, call, sizeof(struct call));
}

/* Makes that many calls. Each blocks until that many have met. */
struct asking {
    int calls, meeting;
    struct gauge gauge;
    uv_barrier_t barrier;
};

static int ask_for_all(void *argument)
{
    struct asking *asking = argument;
    struct call call = {&asking->gauge, meet, &asking->barrier};
    struct scope scope;
    scope_enter(&scope);
    for (int i = 0; i < asking->calls; i++)
        ck_assert_int_eq(scope_spawn(&scope, "call", ask_for_it, &call), 0);
    int error = scope_join(&scope);
    return scope_leave(&scope, error);
}

static void run_calls(struct asking *asking, int calls, int meeting)
{
    *asking = (struct asking){.calls = calls, .meeting = meeting};
    ck_assert_int_eq(uv_barrier_init(&asking->barrier, (unsigned)meeting), 0);
    ck_assert_int_eq(run_main(ask_for_all, asking), 0);
    uv_barrier_destroy(&asking->barrier);
}

START_TEST(all_threads_are_busy_and_the_other_calls_wait)
{
    int threads = threads_of_the_pool();
    struct asking asking;
    puts("calls at once   threads busy");
    for (int calls = 1; calls <= ROUNDS * threads;
         calls = calls < threads ? calls + 1 : calls + threads) {
        run_calls(&asking, calls, calls < threads ? calls : threads);
        int peak = atomic_load(&asking.gauge.peak), left = atomic_load(&asking.gauge.busy);
        printf("%13d   %12d\n", calls, peak);
        fflush(stdout);
        ck_assert_msg(peak == asking.meeting,
            "%d calls were asked for at once and %d of them blocked at the same time; you counted "
            "%d",
            calls, asking.meeting, peak);
        ck_assert_msg(left == 0, "all calls have ended, and you count %d as busy", left);
    }
}
END_TEST

int main(void)
{
    return run_suite("3.6",
        (struct test_group[]){
            {"gauge", (const TTest *const[]){all_threads_are_busy_and_the_other_calls_wait, NULL}},
            {NULL, NULL}});
}
