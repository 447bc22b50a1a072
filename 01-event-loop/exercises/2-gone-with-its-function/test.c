/* Where does each call keep its timer, and until when? The linker passes each malloc, free and
 * uv_run of the program to this file. */
// With Valgrind too.
#include "exercise.h"

#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define IS_POISONED(address) __asan_address_is_poisoned(address)
#else
#define IS_POISONED(address) false
#endif

#include "tests/support.h"

#define SEARCHED (64 * 1024L) /* bytes below the active frames; call_after's was much smaller */
#define MANY 1000

static uv_loop_t loop;
static bool in_call_after;

/* Check's own memory is no business of call_after. */
static void fail_test(const char *message)
{
    in_call_after = false;
    ck_abort_msg("%s", message);
}

/*
 * The memory that call_after has allocated
 */

static struct block {
    char *memory; /* NULL: unused */
    size_t size;
} blocks[4 * MANY];
static int allowed = INT_MAX; /* allocations of call_after before one is refused */
static bool refused;
static const void *borrowed; /* the argument of the latest call */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);

static struct block *find(const void *memory)
{
    for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
        if (blocks[i].memory == memory)
            return &blocks[i];
    return NULL;
}

static void *note_block(void *memory, size_t size)
{
    struct block *unused = in_call_after && memory ? find(NULL) : NULL;
    if (unused)
        *unused = (struct block){memory, size};
    return memory;
}

static void require_outside(uv_handle_t *handle, void *argument)
{
    const struct block *block = argument;
    const char *address = (const char *)handle;
    if (address >= block->memory && address < block->memory + block->size)
        ck_abort_msg("memory is freed in which the loop still has a timer: what is uv_close, and "
                     "when has it happened?");
}

static void forget_block(const void *memory)
{
    struct block *block = memory ? find(memory) : NULL;
    if (!block)
        return;
    uv_walk(&loop, require_outside, block);
    block->memory = NULL;
}

static bool refuse(void)
{
    if (!in_call_after || allowed-- != 0)
        return false;
    refused = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    void *memory = refuse() ? NULL : note_block(__real_malloc(size), size);
    if (memory && in_call_after)
        memset(memory, 0, size); /* call looks at members that a solution need not set */
    return memory;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refuse() ? NULL : note_block(__real_calloc(count, size), count * size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    if (refuse())
        return NULL;
    forget_block(memory); /* it may be moved */
    return note_block(__real_realloc(memory, size), size);
}

void __wrap_free(void *memory)
{
    if (memory && memory == borrowed)
        ck_abort_msg("the argument of run was freed: it belongs to whoever called call_after");
    forget_block(memory);
    __real_free(memory);
}

/*
 * The loop
 */

int __real_uv_run(uv_loop_t *used, uv_run_mode mode);

int __wrap_uv_run(uv_loop_t *used, uv_run_mode mode)
{
    static bool running;
    if (in_call_after)
        fail_test("call_after has run the loop: it asks for a call, and does not wait for it");
    if (running)
        ck_abort_msg("a callback called uv_run, which may not be called inside a callback");
    running = true;
    int alive = __real_uv_run(used, mode);
    running = false;
    return alive;
}

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
static const char *newest_handle(void)
{
    uv_handle_t *newest = NULL;
    uv_walk(&loop, note_handle, &newest);
    return (const char *)newest;
}

static void call(uint64_t ms, void (*run)(void *argument), void *argument)
{
    const char *before = newest_handle();
    borrowed = argument;
    in_call_after = true;
    int error = call_after(&loop, ms, run, argument);
    in_call_after = false;
    ck_assert_msg(error == 0, "call_after returned %s", uv_strerror(error));
    const char *timer = newest_handle();
    ck_assert_msg(timer != NULL, "call_after has returned, and the loop has no timer");
    ck_assert_msg(!is_on_dead_stack(timer),
        "call_after has returned, and the loop has a timer in memory that is not reserved for it "
        "any more");
    ck_assert_msg(!is_on_dead_stack(((const uv_handle_t *)timer)->data),
        "call_after has returned, and the timer's data points to memory that is not reserved for "
        "it any more");
    ck_assert_msg(timer != before, "two calls were given the same timer");
}

static void run_to_the_end(void)
{
    uv_run(&loop, UV_RUN_DEFAULT);
    int error = uv_loop_close(&loop);
    ck_assert_msg(
        error == 0, "uv_run has returned, and the loop cannot be closed: %s", uv_strerror(error));
    size_t left = 0;
    for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
        left += blocks[i].memory != NULL;
    ck_assert_msg(left == 0, "the loop has ended, and %zu pieces of memory were never freed", left);
}

static void increment(void *number)
{
    ck_assert_msg(++*(int *)number <= MANY, "more calls come than were asked for: each comes once");
}

START_TEST(the_timer_outlives_the_function_that_made_it)
{
    int calls = 0;
    ck_assert_int_eq(uv_loop_init(&loop), 0);
    call(1, increment, &calls);
    ck_assert_msg(calls == 0, "the call came at once, not later");
    run_to_the_end();
    ck_assert_msg(calls == 1, "one call was asked for, and %d came", calls);
}
END_TEST

static char order[3];

static void note_letter(void *letter)
{
    size_t count = strlen(order);
    ck_assert_msg(count < 2, "two calls were asked for, and a third one came");
    order[count] = *(char *)letter;
}

START_TEST(each_call_has_a_timer_of_its_own)
{
    ck_assert_int_eq(uv_loop_init(&loop), 0);
    call(100, note_letter, "a");
    call(1, note_letter, "b");
    run_to_the_end();
    ck_assert_msg(order[0] == 'b' && order[1] == 'a',
        "a was to be called in 100 ms and b in 1 ms, and the calls came as \"%s\"", order);
}
END_TEST

START_TEST(any_number_of_calls_may_be_pending)
{
    int calls = 0;
    ck_assert_int_eq(uv_loop_init(&loop), 0);
    for (int i = 0; i < MANY; i++)
        call((uint64_t)i % 3, increment, &calls);
    run_to_the_end();
    ck_assert_msg(calls == MANY, "%d calls were asked for, and %d came", MANY, calls);
}
END_TEST

static void call_again(void *number)
{
    increment(number);
    if (*(int *)number < 5)
        call(0, call_again, number);
}

START_TEST(a_call_may_ask_for_another)
{
    int calls = 0;
    ck_assert_int_eq(uv_loop_init(&loop), 0);
    call(0, call_again, &calls);
    run_to_the_end();
    ck_assert_msg(calls == 5, "each call asks for another, five in all, and %d came", calls);
}
END_TEST

/* The process is about to fail, so it does not matter what these signals have interrupted. */
static void report_wait(int number)
{
    (void)number;
    fail_test(
        "call_after has not returned after two seconds: it asks for a call, and does not wait");
}

static void report_crash(int number)
{
    fail_test(number == SIGABRT
                  ? "there was no memory, and call_after ended the program"
                  : "there was no memory, and call_after used what malloc had returned");
}

static void report_exit(void)
{
    if (in_call_after)
        report_crash(SIGABRT);
}

START_TEST(a_long_time_is_waited_for)
{
    int calls = 0;
    ck_assert_int_eq(uv_loop_init(&loop), 0);
    signal(SIGALRM, report_wait);
    alarm(2);
    call(UINT64_C(1) << 32, increment, &calls); /* too large for an int */
    alarm(0);
    uv_run(&loop, UV_RUN_NOWAIT);
    ck_assert_msg(
        calls == 0, "a call was asked for in 2^32 ms, which are 49 days, and came at once");
}
END_TEST

/* One allocation of call_after after the other is refused: the first, the second, ... */
START_TEST(without_memory_it_returns_the_error)
{
    int calls = 0;
    signal(SIGSEGV, report_crash);
    signal(SIGABRT, report_crash);
    atexit(report_exit);
    for (int before = 0; before < 10; before++) {
        ck_assert_int_eq(uv_loop_init(&loop), 0);
        refused = false;
        allowed = before;
        in_call_after = true;
        int error = call_after(&loop, 1, increment, &calls);
        in_call_after = false;
        if (!refused)
            return; /* with enough memory: the other tests look at that */
        ck_assert_msg(error == UV_ENOMEM,
            "there was no memory, and call_after returned %d instead of UV_ENOMEM", error);
        run_to_the_end();
        ck_assert_msg(calls == 0, "call_after returned UV_ENOMEM, and the call came all the same");
    }
}
END_TEST

int main(void)
{
    return run_suite("1.2",
        (struct test_group[]){
            {"timer", (const TTest *const[]){the_timer_outlives_the_function_that_made_it,
                          each_call_has_a_timer_of_its_own, any_number_of_calls_may_be_pending,
                          a_call_may_ask_for_another, a_long_time_is_waited_for,
                          without_memory_it_returns_the_error, NULL}},
            {NULL, NULL}});
}
