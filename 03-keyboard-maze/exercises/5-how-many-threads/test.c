/* Each call blocks until there are as many as the pool has threads. So all threads are busy at
 * once, however slow the machine is. */
#include "exercise.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/executor.h"
#include "tests/support_runtime.h"

#define ROUNDS 3
#define MAX_THREADS 64

static int threads_of_the_pool(void)
{
    const char *setting = getenv("UV_THREADPOOL_SIZE");
    int threads = setting ? atoi(setting) : 4;
    ck_assert_msg(threads <= MAX_THREADS,
        "the test has room for %d threads: choose a smaller UV_THREADPOOL_SIZE", MAX_THREADS);
    return threads < 1 ? 1 : threads;
}

/* Makes that many calls. Each blocks until meeting of them have met. */
static struct round {
    int calls, meeting;
    uv_barrier_t barrier;
    struct call call[ROUNDS * MAX_THREADS];
} present;

static atomic_int made; /* calls */
static atomic_bool misled;

static void meet(void *barrier)
{
    made++;
    if (barrier == &present.barrier)
        uv_barrier_wait(barrier);
    else
        misled = true;
}

static int ask_for_it(void *call)
{
    int result = executor_run("call", run_call, call, sizeof(struct call));
    ck_assert_msg(result == 0, "run_call has made its call, and returned %d instead of 0", result);
    return result;
}

static int make_calls(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    for (int i = 0; i < present.calls; i++) {
        present.call[i] = (struct call){.block = meet, .argument = &present.barrier};
        ck_assert_int_eq(scope_spawn(&scope, "call", ask_for_it, &present.call[i]), 0);
    }
    return scope_leave(&scope, scope_join(&scope));
}

static void run_round(int calls, int meeting)
{
    present = (struct round){.calls = calls, .meeting = meeting};
    made = 0;
    ck_assert_int_eq(uv_barrier_init(&present.barrier, (unsigned)meeting), 0);
    ck_assert_int_eq(run_main(make_calls, NULL), 0);
    uv_barrier_destroy(&present.barrier);
}

START_TEST(each_thread_is_counted_once)
{
    int threads = threads_of_the_pool();
    puts("calls at once   threads");
    for (int calls = 1; calls <= ROUNDS * threads;
         calls = calls < threads ? calls + 1 : calls + threads) {
        run_round(calls, calls < threads ? calls : threads);
        ck_assert_msg(!misled, "run_call calls block with something else than the call's argument");
        ck_assert_msg(made == calls,
            "run_call was to make %d calls, and has made %d: call->block(call->argument)", calls,
            (int)made);
        int counted = count_threads(present.call, (size_t)calls);
        printf("%13d   %7d\n", calls, counted);
        fflush(stdout);
        ck_assert_msg(counted == present.meeting,
            "%d calls were made at once, by %d threads; you counted %d", calls, present.meeting,
            counted);
        for (int i = 0; i < calls; i++)
            ck_assert_msg(!pthread_equal(present.call[i].thread, pthread_self()),
                "you say that the loop's thread has made the calls: then nothing else could run");
    }
}
END_TEST

static void *do_nothing(void *unused)
{
    return unused;
}

/* Two threads have made five calls, whatever the pool's size is. */
START_TEST(the_calls_are_looked_at)
{
    pthread_t self = pthread_self(), other;
    ck_assert_int_eq(pthread_create(&other, NULL, do_nothing, NULL), 0);
    const struct call calls[] = {{.thread = self}, {.thread = other}, {.thread = self},
        {.thread = other}, {.thread = other}};
    int counted = count_threads(calls, 5);
    ck_assert_msg(counted == 2, "two threads have made five calls, and you counted %d", counted);
    counted = count_threads(calls, 1);
    ck_assert_msg(counted == 1, "a thread has made a call, and you counted %d", counted);
    pthread_join(other, NULL);
}
END_TEST

#define MANY 1024 /* the pool has no more */

/* Nobody asks these threads for anything but whether they are equal. */
START_TEST(there_may_be_many_threads)
{
    static struct call calls[2 * MANY];
    for (size_t i = 0; i < MANY; i++) {
        size_t number = i + 1;
        memcpy(&calls[i].thread, &number, sizeof(number));
        calls[MANY + i].thread = calls[i].thread;
    }
    int counted = count_threads(calls, sizeof(calls) / sizeof(*calls));
    ck_assert_msg(
        counted == MANY, "%d threads have made two calls each, and you counted %d", MANY, counted);
}
END_TEST

START_TEST(no_calls_were_made_by_no_thread)
{
    int counted = count_threads(NULL, 0);
    ck_assert_msg(counted == 0, "there were no calls, and you counted %d threads", counted);
}
END_TEST

int main(void)
{
    return run_suite("3.5",
        (struct test_group[]){
            {"threads", (const TTest *const[]){each_thread_is_counted_once, the_calls_are_looked_at,
                            there_may_be_many_threads, no_calls_were_made_by_no_thread, NULL}},
            {NULL, NULL}});
}
