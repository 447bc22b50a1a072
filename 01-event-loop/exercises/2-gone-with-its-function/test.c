/* Where is the timer's memory? And does each of two calls get its own argument? */
#include "exercise.h"

#include <stddef.h>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define IS_POISONED(address) __asan_address_is_poisoned(address)
#else
#define IS_POISONED(address) false
#endif

#include "tests/support.h"

#define SEARCHED (64 * 1024L) /* bytes below the active frames; call_after's was much smaller */

/* Whether the address is just below the active frames of the stack, or where ASan keeps the locals
 * of functions that have returned. The memory itself is not read. */
static bool is_on_dead_stack(const char *address)
{
    long distance = (char *)__builtin_frame_address(0) - address;
    return (distance > 0 && distance <= SEARCHED) || IS_POISONED(address);
}

static void note_handle(uv_handle_t *handle, void *argument)
{
    *(uv_handle_t **)argument = handle;
}

/* The handle that was added to the loop last, which libuv walks last. */
static const char *newest_handle(uv_loop_t *loop)
{
    uv_handle_t *newest = NULL;
    uv_walk(loop, note_handle, &newest);
    return (const char *)newest;
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
