/* Where does each call keep its timer, and until when? The linker has this file see each malloc and
 * free of the program. */
// With Valgrind too.
#include "exercise.h"

#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
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

/*
 * The memory that call_after has allocated
 */

static struct block {
    char *memory; /* NULL: unused */
    size_t size;
} blocks[4 * MANY];
static bool in_call_after, no_memory;
static int refused; /* allocations of call_after */

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
    bool refuses = in_call_after && no_memory;
    refused += refuses;
    return refuses;
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
    forget_block(memory);
    __real_free(memory);
}

/*
 * The loop
 */

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
        error == 0, "all calls have come, and the loop cannot be closed: %s", uv_strerror(error));
    size_t left = 0;
    for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
        left += blocks[i].memory != NULL;
    ck_assert_msg(
        left == 0, "all calls have come, and %zu pieces of memory were never freed", left);
}

static void increment(void *number)
{
    ++*(int *)number;
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

static void note_first(void *letter)
{
    order[order[0] ? 1 : 0] = *(char *)letter;
}

START_TEST(each_call_has_a_timer_of_its_own)
{
    ck_assert_int_eq(uv_loop_init(&loop), 0);
    call(20, note_first, "a");
    call(1, note_first, "b");
    run_to_the_end();
    ck_assert_msg(order[0] == 'b' && order[1] == 'a',
        "a was to be called in 20 ms and b in 1 ms, and the calls came as \"%s\"", order);
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
    if (++*(int *)number < 5)
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

/* The process is about to fail, so it does not matter what the signal has interrupted. */
static void report_crash(int number)
{
    (void)number;
    in_call_after = false;
    ck_abort_msg("there was no memory, and call_after used what malloc had returned");
}

START_TEST(without_memory_it_returns_the_error)
{
    int calls = 0;
    ck_assert_int_eq(uv_loop_init(&loop), 0);
    signal(SIGSEGV, report_crash);
    no_memory = in_call_after = true;
    int error = call_after(&loop, 1, increment, &calls);
    no_memory = in_call_after = false;
    if (!refused)
        return; /* the timer is in other memory, at which the other tests look */
    ck_assert_msg(error == UV_ENOMEM,
        "there was no memory, and call_after returned %d instead of UV_ENOMEM", error);
    run_to_the_end();
}
END_TEST

int main(void)
{
    return run_suite("1.2",
        (struct test_group[]){
            {"timer", (const TTest *const[]){the_timer_outlives_the_function_that_made_it,
                          each_call_has_a_timer_of_its_own, any_number_of_calls_may_be_pending,
                          a_call_may_ask_for_another, without_memory_it_returns_the_error, NULL}},
            {NULL, NULL}});
}
