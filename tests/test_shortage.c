/* Out of memory (support_shortage.h): buffers and texts, callbacks, tasks, the executor. */
// Linux only.
// Not under an emulator.
#include "support_shortage.h"
#include "support_stream.h"

#include <signal.h>
#include <stdlib.h>

#include "common/buffer.h"
#include "common/bytes.h"
#include "common/executor.h"
#include "common/words.h"

/*
 * The leaves
 */

static int grow_buffer(void)
{
    static const char piece[700] = "";
    struct buffer buffer = {0};
    int error = 0;
    for (size_t i = 0; i < 20 && !error; i++) {
        size_t before = buffer_size(&buffer);
        error = buffer_append(&buffer, piece, sizeof(piece));
        REQUIRE(buffer_size(&buffer) == (before + (error ? 0 : sizeof(piece))));
        if (i % 3 == 0)
            buffer_consume(&buffer, 300 < buffer_size(&buffer) ? 300 : 0);
    }
    buffer_free(&buffer);
    return error;
}

static int split_words(void)
{
    struct words words;
    int error = words_split(&words, "um 'dois três' \"quatro\"");
    REQUIRE(words.count == (error ? 0 : 3));
    words_free(&words);
    return error;
}

static int dump_bytes(void)
{
    char *texts[] = {
        bytes_to_hex("Alô", 4), bytes_to_printable("Alô", 4), bytes_to_text("Al\xF4", 3, NULL)};
    int error = 0;
    for (size_t i = 0; i < 3; i++) {
        error = texts[i] ? error : UV_ENOMEM;
        free(texts[i]);
    }
    return error;
}

START_TEST(the_leaves_survive)
{
    survives(grow_buffer, 0);
    survives(split_words, 0);
    survives(dump_bytes, 0);
}
END_TEST

/*
 * Callbacks and tasks
 */

#define CALLS 70 /* more than a block of tasks, or the first heap of timers, holds */

static void count(void *counter)
{
    ++*(int *)counter;
}

static int call_back(void)
{
    uv_loop_t loop;
    int calls = 0, error = loop_init(&loop);
    if (error)
        return error;
    for (int i = 0; i < CALLS; i++)
        loop_call_later(&loop, 0.001, count, &calls); /* loop_run tells of the failure */
    loop_call_soon(&loop, count, &calls);
    error = loop_run(&loop);
    REQUIRE(error || calls == CALLS + 1);
    REQUIRE(loop_close(&loop) == 0);
    return error;
}

START_TEST(callbacks_survive)
{
    survives(call_back, 0);
}
END_TEST

static int sleep_for_a_moment(void *unused)
{
    (void)unused;
    return task_sleep(0.001);
}

static int gather(void)
{
    struct task_call calls[CALLS];
    for (int i = 0; i < CALLS; i++)
        calls[i] = (struct task_call){"call", sleep_for_a_moment, NULL, 0};
    int error = task_gather(calls, CALLS);
    for (int i = 0; i < CALLS; i++)
        REQUIRE(error ? calls[i].result < 0 : calls[i].result == 0);
    return error;
}

static int join_one(struct scope *scope, size_t stack_size)
{
    struct task *task;
    int result, error = scope_spawn_with(scope, "child", sleep_for_a_moment, NULL,
                    (struct task_options){.handle = &task, .stack_size = stack_size});
    if (!error)
        error = task_join(task, &result);
    return error ? error : result;
}

static int all_that_tasks_do(void *unused)
{
    (void)unused;
    struct scope scope;
    int error = scope_enter_for(&scope, 60);
    if (!error)
        error = join_one(&scope, 0);
    if (!error)
        error = join_one(&scope, 1 << 20);
    if (!error)
        error = gather();
    return scope_leave(&scope, error);
}

static int many_tasks(void)
{
    return run_tasks(all_that_tasks_do);
}

static void set(void *future)
{
    future_set(future, 0);
}

/* Leaves it to the loop to tell that the callback will never come. */
static int wait_for_a_callback(void *unused)
{
    (void)unused;
    struct future called = {0};
    loop_call_later(task_loop(), 0.001, set, &called);
    return future_wait(&called, NULL);
}

static int one_that_waits_for_a_callback(void)
{
    return run_tasks(wait_for_a_callback);
}

/* Fewer stacks, and an overflow that is not named, are made do with. */
START_TEST(tasks_survive)
{
    survives(many_tasks, 2);
    survives(one_that_waits_for_a_callback, 2);
}
END_TEST

static void count_iteration(uv_prepare_t *prepare)
{
    count(prepare->data);
}

/* Sleeps while every allocation fails, also those of Check's assertions. */
static int sleep_without_memory(void *seconds)
{
    memory.refusing = 1;
    memory.asked = 0;
    memory.armed = memory.for_ever = true;
    int error = task_sleep(*(double *)seconds);
    memory.armed = memory.for_ever = false;
    return error;
}

TASK_TEST(a_sleep_needs_no_memory_and_no_processor)
{
    int iterations = 0;
    double seconds = 0.02;
    uv_prepare_t prepare = {.data = &iterations};
    uv_prepare_init(task_loop(), &prepare);
    uv_prepare_start(&prepare, count_iteration);
    uint64_t began = uv_now(task_loop()); /* the loop's own clock is paused */
    ck_assert_int_eq(sleep_without_memory(&seconds), 0);
    ck_assert_uint_ge(uv_now(task_loop()) - began, 20);
    ck_assert_int_lt(iterations, 10);
    task_close_handle((uv_handle_t *)&prepare);
}

TASK_TEST(a_sleep_without_memory_can_be_cancelled)
{
    struct scope scope;
    struct task *sleeper;
    double seconds = 1e6;
    int result;
    scope_enter(&scope);
    scope_spawn_with(&scope, "sleeper", sleep_without_memory, &seconds,
        (struct task_options){.handle = &sleeper});
    while (memory.asked == 0)
        task_yield();
    task_cancel(sleeper);
    ck_assert_int_eq(task_join(sleeper, &result), 0);
    ck_assert_int_eq(result, UV_ECANCELED);
    scope_leave(&scope, 0);
}

static int negate(void *number)
{
    *(int *)number = -*(int *)number;
    return 0;
}

static int execute(void *unused)
{
    (void)unused;
    int number = 5, error = executor_run("negate", negate, &number, sizeof(number));
    REQUIRE(number == (error ? 5 : -5));
    return error;
}

static int one_that_executes(void)
{
    return run_tasks(execute);
}

START_TEST(the_executor_survives)
{
    survives(one_that_executes, 2);
}
END_TEST

/*
 * Where an older libuv ends the program
 */

static void watch_without_room(void *unused)
{
    (void)unused;
    replace_allocator(realloc);
    memory.for_ever = true;
    for (size_t i = 1; i < 10; i++)
        run_refusing(many_tasks, i);
}

START_TEST(libuv_ends_the_program_without_room_for_its_watchers_or_survives)
{
    enum { ABORTS = 1 << 16 | 50 << 8 }; /* Debian 13's; 1.53 survives */
    int status = run_apart(watch_without_room, NULL, NULL);
    ck_assert(status == 128 + SIGABRT || (status == 0 && uv_version() > ABORTS));
}
END_TEST

int main(void)
{
    return run_suite("shortage",
        (struct test_group[]){
            {"memory", (const TTest *const[]){the_leaves_survive, callbacks_survive, tasks_survive,
                           a_sleep_needs_no_memory_and_no_processor,
                           a_sleep_without_memory_can_be_cancelled, the_executor_survives,
                           libuv_ends_the_program_without_room_for_its_watchers_or_survives, NULL}},
            {NULL, NULL}});
}
