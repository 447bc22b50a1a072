/* How many iterations do a chain and a row of calls take? */
// With Valgrind too.
#include "exercise.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "common/loop.h"
#include "tests/support.h"

#define SECONDS 2 /* some milliseconds are enough */

/* Check's process of a test ends here, so it does not matter what the signal has interrupted. */
static void report_endless_loop(int signal)
{
    (void)signal;
    ck_abort_msg("all calls have run, and the loop does not end: what does it still wait for?");
}

/*
 * The handles of run_and_count. They may lie on its stack, so they are not looked at after it has
 * returned. The linker has the program call __wrap_NAME in place of NAME.
 */

#define MAX_HANDLES 16

struct handles {
    uv_handle_t *handles[MAX_HANDLES];
    size_t count;
};
static struct handles of_loop, of_exercise; /* the library's own, and the others */
static bool is_measured; /* there was a handle of the others, or uv_run was called often */
static long runs;
static uv_close_cb on_close;
static uv_prepare_t own; /* of the test: counts, too */
static long made;        /* iterations */

static bool has(const struct handles *handles, const uv_handle_t *handle)
{
    for (size_t i = 0; i < handles->count; i++)
        if (handles->handles[i] == handle)
            return true;
    return false;
}

static void add(uv_handle_t *handle, void *argument)
{
    struct handles *handles = argument;
    if (!has(&of_loop, handle) && !has(handles, handle) && handles->count < MAX_HANDLES)
        handles->handles[handles->count++] = handle;
}

int __real_loop_init(uv_loop_t *loop);
int __real_loop_close(uv_loop_t *loop);
int __real_uv_run(uv_loop_t *loop, uv_run_mode mode);
void __real_uv_close(uv_handle_t *handle, uv_close_cb callback);

static void count_iteration(uv_prepare_t *prepare)
{
    (void)prepare;
    made++;
}

int __wrap_loop_init(uv_loop_t *loop)
{
    int error = __real_loop_init(loop);
    uv_prepare_init(loop, &own);
    uv_prepare_start(&own, count_iteration);
    uv_unref((uv_handle_t *)&own);
    made = 0;
    of_loop.count = of_exercise.count = 0;
    uv_walk(loop, add, &of_loop);
    return error;
}

static bool fails;   /* loop_run runs out of memory */
static bool has_run; /* it was called; a solution may call uv_run itself */
int __real_loop_run(uv_loop_t *loop);

int __wrap_loop_run(uv_loop_t *loop)
{
    int error = __real_loop_run(loop);
    has_run = true;
    return fails ? UV_ENOMEM : error;
}

int __wrap_uv_run(uv_loop_t *loop, uv_run_mode mode)
{
    int alive = __real_uv_run(loop, mode);
    uv_walk(loop, add, &of_exercise);
    is_measured = is_measured || of_exercise.count > 0 || ++runs > 100;
    return alive;
}

static void remove_closed(uv_handle_t *handle)
{
    struct handles *handles = &of_exercise;
    for (size_t i = 0; i < handles->count; i++)
        if (handles->handles[i] == handle)
            handles->handles[i] = handles->handles[--handles->count];
    if (on_close)
        on_close(handle);
}

void __wrap_uv_close(uv_handle_t *handle, uv_close_cb callback)
{
    bool is_own = has(&of_loop, handle);
    if (!is_own)
        on_close = callback;
    __real_uv_close(handle, is_own ? callback : remove_closed);
}

int __wrap_loop_close(uv_loop_t *loop)
{
    ck_assert_msg(of_exercise.count == 0,
        "run_and_count has returned, and there is still a handle of its own in the loop");
    __real_uv_close((uv_handle_t *)&own, NULL);
    long iterations = made;
    int error = __real_loop_close(loop);
    made = iterations; /* without those in which it closes */
    return error;
}

static long measure(long (*iterations)(long calls), long calls)
{
    signal(SIGALRM, report_endless_loop);
    alarm(SECONDS);
    long count = iterations(calls);
    alarm(0);
    ck_assert_msg(count >= 0, "it returned %s", uv_strerror((int)count));
    ck_assert_msg(count > 0, "a loop that has run a call has made an iteration: you counted none");
    ck_assert_msg(count <= made + 1,
        "you have counted more iterations than the loop has made: is each counted once?");
    return count;
}

/* The messages do not name the expected numbers: find them by measuring. */
START_TEST(a_chain_is_counted)
{
    long one = measure(iterations_of_chain, 1), many = measure(iterations_of_chain, 1000);
    ck_assert_msg(is_measured, "nothing in the loop counts its iterations: that is no measuring");
    printf("iterations of a chain of 1000 calls: %ld\n", many);
    fflush(stdout); /* Check ends a failed test without flushing stdout */
    ck_assert_msg(many == 1000 * one,
        "1000 calls, each asked for by the one before: you have counted %ld iterations", many);
}
END_TEST

START_TEST(a_row_is_counted)
{
    long one = measure(iterations_of_row, 1), many = measure(iterations_of_row, 1000);
    printf("iterations of a row of 1000 calls: %ld\n", many);
    fflush(stdout);
    ck_assert_msg(
        many == one, "1000 calls, all asked for at once: you have counted %ld iterations", many);
}
END_TEST

START_TEST(an_error_of_the_loop_is_returned)
{
    signal(SIGALRM, report_endless_loop);
    alarm(SECONDS);
    fails = true;
    long count = iterations_of_row(1);
    alarm(0);
    ck_assert_msg(!has_run || count == UV_ENOMEM,
        "loop_run has returned UV_ENOMEM, and iterations_of_row has returned %ld", count);
}
END_TEST

int main(void)
{
    return run_suite(
        "1.5", (struct test_group[]){
                   {"iterations", (const TTest *const[]){a_chain_is_counted, a_row_is_counted,
                                      an_error_of_the_loop_is_returned, NULL}},
                   {NULL, NULL}});
}
