/* Where is the timer's memory? And does each of two calls get its own argument? */
#include "exercise.h"

#include <pthread.h>
#include <stddef.h>

#include "tests/support.h"

/* Whether the address is below the active frames of this thread's stack: then it belonged to a
 * function that has returned. The memory itself is not read. */
static bool is_on_dead_stack(const char *address)
{
    pthread_attr_t attributes;
    void *low;
    size_t size;
    ck_assert_int_eq(pthread_getattr_np(pthread_self(), &attributes), 0);
    ck_assert_int_eq(pthread_attr_getstack(&attributes, &low, &size), 0);
    pthread_attr_destroy(&attributes);
    return address >= (char *)low && address < (char *)__builtin_frame_address(0);
}

/* The handle that was added to the loop last. */
static const char *newest_handle(const uv_loop_t *loop)
{
    return (const char *)loop->handle_queue[1] - offsetof(uv_handle_t, handle_queue);
}

static void increment(void *number)
{
    ++*(int *)number;
}

START_TEST(the_timer_outlives_the_function_that_made_it)
{
    uv_loop_t loop;
    int calls = 0;
    ck_assert_int_eq(uv_loop_init(&loop), 0);
    ck_assert_int_eq(call_after(&loop, 1, increment, &calls), 0);
    ck_assert_msg(!is_on_dead_stack(newest_handle(&loop)),
        "call_after has returned, and the loop holds a timer that lay on its stack: the next "
        "function that is called writes over it");
    uv_run(&loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(calls, 1);
    ck_assert_int_eq(uv_loop_close(&loop), 0);
}
END_TEST

START_TEST(each_call_has_a_timer_of_its_own)
{
    uv_loop_t loop;
    int first = 0, second = 0;
    ck_assert_int_eq(uv_loop_init(&loop), 0);
    ck_assert_int_eq(call_after(&loop, 1, increment, &first), 0);
    const char *timer = newest_handle(&loop);
    ck_assert_msg(!is_on_dead_stack(timer), "the timer lies on the stack of call_after");
    ck_assert_int_eq(call_after(&loop, 2, increment, &second), 0);
    ck_assert_msg(newest_handle(&loop) != timer, "both calls were given the same timer");
    uv_run(&loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(first, 1);
    ck_assert_int_eq(second, 1);
    ck_assert_int_eq(uv_loop_close(&loop), 0);
}
END_TEST

int main(void)
{
    return run_suite(
        "1.2", (struct test_group[]){
                   {"timer", (const TTest *const[]){the_timer_outlives_the_function_that_made_it,
                                 each_call_has_a_timer_of_its_own, NULL}},
                   {NULL, NULL}});
}
