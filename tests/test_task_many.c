/* Many tasks, and the stacks that they get. */
#include "common/task.h"

#include <alloca.h>
#include <sys/resource.h>

#include "common/task/state.h"
#include "support_runtime.h"

#if defined(__SANITIZE_THREAD__)
#define MANY 400 /* each costs ThreadSanitizer half a millisecond */
#else
#define MANY 10000
#endif

/*
 * Many
 */

static int sleep_and_count(void *count)
{
    int error = task_sleep(1);
    ++*(int *)count;
    return error;
}

static int keep_many_alive(void *unused)
{
    (void)unused;
    struct scope scope;
    int count = 0;
    scope_enter(&scope);
    for (int i = 0; i < MANY; i++)
        if (scope_spawn(&scope, "one of many", sleep_and_count, &count) != 0)
            ck_abort_msg("no memory");
    run_ready();
    ck_assert_int_eq(count, 0);
    ck_assert_uint_eq(task_pool_of(task_loop())->live, MANY + 1);
    loop_clock_advance(task_loop(), 1);
    ck_assert_int_eq(scope_join(&scope), 0);
    ck_assert_int_eq(count, MANY);
    return scope_leave(&scope, 0);
}

START_TEST(ten_thousand_may_be_alive)
{
    ck_assert_int_eq(run_main(keep_many_alive, NULL), 0);
}
END_TEST

static int spawn_many_that_do_not_wait(void *unused)
{
    (void)unused;
    struct scope scope;
    int number = 0;
    scope_enter(&scope);
    for (int i = 0; i < MANY; i++)
        scope_spawn(&scope, "short", return_number, &number);
    ck_assert_int_eq(scope_join(&scope), 0);
    /* The stack of this task, theirs, and perhaps an unused wall. */
    ck_assert_uint_le(task_pool_of(task_loop())->stacks.used, 3);
    return scope_leave(&scope, 0);
}

START_TEST(those_that_do_not_wait_share_a_stack)
{
    ck_assert_int_eq(run_main(spawn_many_that_do_not_wait, NULL), 0);
}
END_TEST

/*
 * Stacks
 */

static int use_a_megabyte(void *unused)
{
    (void)unused;
    volatile char *bytes = alloca(1 << 20);
    for (size_t i = 0; i < 1 << 20; i += 512)
        bytes[i] = (char)(i / 512);
    int error = task_yield();
    for (size_t i = 0; i < 1 << 20; i += 512)
        if (bytes[i] != (char)(i / 512))
            return UV_EIO;
    return error;
}

static int spawn_large_ones(void *unused)
{
    (void)unused;
    struct scope scope;
    struct task_options options = {.stack_size = (1 << 20) + 64 * 1024};
    scope_enter(&scope);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(scope_spawn_with(&scope, "large", use_a_megabyte, NULL, options), 0);
    return scope_leave(&scope, scope_join(&scope));
}

START_TEST(a_larger_stack_may_be_asked_for)
{
    ck_assert_int_eq(run_main(spawn_large_ones, NULL), 0);
}
END_TEST

static int spawn_until_memory_ends(void *unused)
{
    (void)unused;
    struct scope scope;
    int count = 0, error = 0, spawned = -1;
    scope_enter(&scope);
    for (; !error && spawned < MANY; spawned++)
        error = scope_spawn(&scope, "one of too many", sleep_and_count, &count);
    ck_assert_int_eq(error, UV_ENOMEM);
    ck_assert_int_eq(task_yield(), 0);
    loop_clock_advance(task_loop(), 1);
    ck_assert_int_eq(scope_join(&scope), 0);
    ck_assert_int_eq(count, spawned);
    return scope_leave(&scope, 0);
}

START_TEST(no_stack_left_fails_the_spawn)
{
    if (memory_is_shadowed() || is_emulated())
        return;
    struct rlimit limit = {.rlim_cur = 256 << 20, .rlim_max = 256 << 20};
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
    ck_assert_int_eq(run_main(spawn_until_memory_ends, NULL), 0);
}
END_TEST

int main(void)
{
    return run_suite("task_many",
        (struct test_group[]){{"many", (const TTest *const[]){ten_thousand_may_be_alive,
                                           those_that_do_not_wait_share_a_stack, NULL}},
            {"stacks", (const TTest *const[]){a_larger_stack_may_be_asked_for,
                           no_stack_left_fails_the_spawn, NULL}},
            {NULL, NULL}});
}
