/* loop_call_soon_threadsafe: what other threads ask of the loop. */
#include "common/task.h"

#include <pthread.h>

#include "support_loop.h"
#include "support_runtime.h"

#define THREADS 4
#define CALLS 1000

struct crowd {
    uv_loop_t *loop;
    pthread_t own;       /* the loop's thread */
    int called[THREADS]; /* calls of each thread that have run */
    int left;            /* calls of all */
};

struct caller {
    struct crowd *crowd;
    int number;
    struct call {
        struct caller *caller;
        int number;
    } calls[CALLS];
};

static void count_call(void *argument)
{
    struct call *call = argument;
    struct crowd *crowd = call->caller->crowd;
    ck_assert(pthread_equal(pthread_self(), crowd->own));
    ck_assert_int_eq(call->number, crowd->called[call->caller->number]++);
    if (--crowd->left == 0)
        loop_stop(crowd->loop);
}

static void *call_often(void *argument)
{
    struct caller *caller = argument;
    for (int i = 0; i < CALLS; i++) {
        caller->calls[i] = (struct call){caller, i};
        if (loop_call_soon_threadsafe(caller->crowd->loop, count_call, &caller->calls[i]))
            return caller;
    }
    return NULL;
}

START_TEST(the_loop_runs_what_threads_ask_for_in_their_order)
{
    static struct caller callers[THREADS];
    pthread_t threads[THREADS];
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0); /* by the real clock: the loop blocks */
    struct crowd crowd = {.loop = &loop, .own = pthread_self(), .left = THREADS * CALLS};
    note_later(&loop, 36000, "never");
    for (int i = 0; i < THREADS; i++) {
        callers[i] = (struct caller){.crowd = &crowd, .number = i};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, call_often, &callers[i]), 0);
    }
    run_loop(&loop);
    for (int i = 0; i < THREADS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        ck_assert_ptr_null(failed);
        ck_assert_int_eq(crowd.called[i], CALLS);
    }
    expect_notes("");
    close_loop(&loop);
}
END_TEST

/* A thread of the program's own answers a task, which waits for nothing else. */
struct answer {
    uv_loop_t *loop;
    struct future future;
};

static void give_answer(void *argument)
{
    struct answer *answer = argument;
    future_set(&answer->future, 42);
}

static void *think(void *argument)
{
    struct answer *answer = argument;
    return loop_call_soon_threadsafe(answer->loop, give_answer, answer) ? answer : NULL;
}

static int ask_a_thread(void *unused)
{
    (void)unused;
    struct answer answer = {.loop = task_loop()};
    pthread_t thread;
    int result = 0;
    ck_assert_int_eq(pthread_create(&thread, NULL, think, &answer), 0);
    ck_assert_int_eq(future_wait(&answer.future, &result), 0);
    pthread_join(thread, NULL);
    return result;
}

START_TEST(a_call_wakes_a_task_that_waits_for_nothing_else)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    ck_assert_int_eq(task_run(&loop, "main", ask_a_thread, NULL), 42);
    close_loop(&loop);
}
END_TEST

static void call_again_threadsafe(void *loop)
{
    loop_call_soon_threadsafe(loop, call_again_threadsafe, loop);
}

START_TEST(calls_without_end_do_not_hold_the_loop)
{
    uv_loop_t loop;
    open_loop(&loop);
    call_again_threadsafe(&loop);
    loop_call_later(&loop, 0, stop_loop, &loop);
    run_loop(&loop);
    close_loop(&loop);
}
END_TEST

START_TEST(close_drops_and_frees_the_calls_that_are_left)
{
    uv_loop_t loop;
    open_loop(&loop);
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(loop_call_soon_threadsafe(&loop, note_name, "dropped"), 0);
    close_loop(&loop); /* a leak checker reports what was not freed */
    expect_notes("");
}
END_TEST

int main(void)
{
    return run_suite("loop_threadsafe",
        (struct test_group[]){
            {"threads", (const TTest *const[]){the_loop_runs_what_threads_ask_for_in_their_order,
                            a_call_wakes_a_task_that_waits_for_nothing_else,
                            calls_without_end_do_not_hold_the_loop,
                            close_drops_and_frees_the_calls_that_are_left, NULL}},
            {NULL, NULL}});
}
