/* The arena of stacks: what it gives, and what guards each stack. */
#include "support_coroutine.h"

#include <alloca.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

/*
 * Stacks
 */

START_TEST(the_last_one_released_is_the_next)
{
    struct stack_arena arena = new_arena();
    struct stack stacks[5], again;
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(stack_acquire(&arena, 0, &stacks[i]), 0);
    size_t used = arena.used;
    stack_release(&arena, stacks[1]);
    stack_release(&arena, stacks[4]);
    stack_release(&arena, stacks[0]);
    static const int order[] = {0, 4, 1};
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(stack_acquire(&arena, STACK_SIZE, &again), 0);
        ck_assert_ptr_eq(again.low, stacks[order[i]].low);
        ck_assert_ptr_eq(again.top, stacks[order[i]].top);
    }
    ck_assert_uint_eq(arena.used, used);
    stack_arena_release(&arena);
}
END_TEST

START_TEST(none_overlaps_another_or_its_guard)
{
    struct stack_arena arena = new_arena();
    struct stack stack, before = {0};
    for (int i = 0; i < 1000; i++, before = stack) {
        ck_assert_int_eq(stack_acquire(&arena, 0, &stack), 0);
        ck_assert_uint_ge((uintptr_t)stack.low - STACK_GUARD_SIZE, (uintptr_t)before.top);
        ck_assert_uint_ge((size_t)(stack.top - stack.low), STACK_SIZE);
        ck_assert_uint_eq(stack.size, STACK_SIZE);
    }
    stack_arena_release(&arena);
}
END_TEST

static __attribute__((noinline)) uint64_t fill(size_t size)
{
    unsigned char *bytes = alloca(size);
    memset(bytes, 0x5A, size);
    uint64_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += bytes[i];
    return sum;
}

static void fill_so_much(struct routine *self)
{
    size_t size = self->number;
    self->number = fill(size) == size * 0x5A;
    routine_suspend(self);
    self->number += fill(size) == size * 0x5A;
}

/* The frames of the test itself, with what ucontext and a sanitizer add to them, take less. */
#define OWN_FRAMES ((size_t)8 * 1024)

static void holds(struct stack_arena *arena, size_t stack_size, size_t size)
{
    struct routine routine;
    routine_begin_large(arena, stack_size, &routine, fill_so_much, size);
    routine_resume(&routine);
    routine_resume(&routine);
    ck_assert(routine.ended);
    ck_assert_uint_eq(routine.number, 2);
    ck_assert(stack_is_whole(&routine.coroutine.stack, routine.coroutine.pointer));
    routine_end(arena, &routine);
}

START_TEST(stacks_hold_what_they_promise)
{
    struct stack_arena arena = new_arena();
    for (int i = 0; i < 20; i++)
        holds(&arena, 0, STACK_SIZE - OWN_FRAMES);
    holds(&arena, STACK_SIZE + 1, STACK_SIZE + 4 * 1024 - OWN_FRAMES);
    for (int i = 0; i < 20; i++)
        holds(&arena, 1 << 20, (1 << 20) - OWN_FRAMES);
    holds(&arena, 64 << 20, (64 << 20) - OWN_FRAMES);
    stack_arena_release(&arena);
}
END_TEST

START_TEST(a_large_one_is_given_back_at_once)
{
    struct stack_arena arena = new_arena();
    struct stack stack;
    ck_assert_int_eq(stack_acquire(&arena, 1 << 20, &stack), 0);
    ck_assert_int_ge(stack.top - stack.low, 1 << 20);
    unsigned char resident;
    ck_assert_int_eq(mincore(stack.top - 4096, 4096, &resident), 0);
    stack_release(&arena, stack);
    ck_assert_int_eq(mincore(stack.low, 4096, &resident), -1);
    ck_assert_int_eq(mincore(stack.top - 4096, 4096, &resident), -1);
    ck_assert_int_eq(errno, ENOMEM); /* no mapping there */
    stack_arena_release(&arena);
}
END_TEST

START_TEST(a_limit_on_addresses_gives_fewer)
{
    if (memory_is_shadowed() || is_emulated())
        return;
    struct rlimit limit = {.rlim_cur = 512 << 20, .rlim_max = 512 << 20};
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
    struct stack_arena arena = new_arena();
    ck_assert_uint_ge(arena.slots, 1024);
    size_t count = 0;
    struct stack stack, last = {0};
    int error;
    for (; (error = stack_acquire(&arena, 0, &stack)) == 0; count++)
        last = stack;
    ck_assert_int_eq(error, UV_ENOMEM);
    ck_assert_uint_ge(count, 1000);
    ck_assert_int_eq(stack_acquire(&arena, (size_t)1 << 30, &stack), UV_ENOMEM);
    stack_release(&arena, last);
    ck_assert_int_eq(stack_acquire(&arena, 0, &stack), 0);
    stack_arena_release(&arena);

    limit.rlim_cur = 4096;
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
    ck_assert_int_eq(stack_arena_init(&arena), UV_ENOMEM);
}
END_TEST

/*
 * Guards
 */

/* Writes ever deeper, until all down to the limit is overwritten. */
static __attribute__((noinline)) int dig(const char *limit)
{
    volatile char page[512];
    for (size_t i = sizeof page; i-- > 0;)
        page[i] = 'x';
    if ((uintptr_t)page > (uintptr_t)limit)
        return dig(limit) + page[0];
    return page[0];
}

static void dig_through(struct routine *self)
{
    dig(self->coroutine.stack.low - 512); /* the first bytes of the guard */
}

/* The second stack overflows into the first, which nobody uses. */
static void overflow(void *guard)
{
    struct stack_arena arena = arena_with_guard(guard);
    struct stack neighbour;
    stack_acquire(&arena, 0, &neighbour);
    struct routine routine;
    routine_begin(&arena, &routine, dig_through, 0);
    routine_resume(&routine);
    _Exit(0); /* alive */
}

static void overflow_of_a_large_one(void *guard)
{
    struct stack_arena arena = arena_with_guard(guard);
    struct routine routine;
    routine_begin_large(&arena, 1 << 20, &routine, dig_through, 0);
    routine_resume(&routine);
    _Exit(0);
}

static void kills(void (*function)(void *guard), char *guard)
{
    int status = run_apart(function, guard, NULL);
    if (memory_is_shadowed())
        ck_assert_int_ne(status, 0); /* a report of its own, and a status of its own */
    else
        ck_assert_int_eq(status, 128 + SIGSEGV);
}

START_TEST(an_overflow_ends_the_process)
{
    kills(overflow, "mprotect");
    kills(overflow_of_a_large_one, "mprotect");
    if (is_emulated())
        return;
    kills(overflow, "install");
    kills(overflow_of_a_large_one, "install");
}
END_TEST

START_TEST(the_canary_notices_an_overflow)
{
    const char *valgrind = getenv("VALGRIND");
    if (valgrind && *valgrind)
        return; /* Valgrind reports the write itself: nothing may be written below a stack */
    struct stack_arena arena = arena_with_guard("canary");
    struct stack neighbour;
    ck_assert_int_eq(stack_acquire(&arena, 0, &neighbour), 0);
    struct routine routine;
    routine_begin(&arena, &routine, dig_through, 0);
    ck_assert(stack_is_whole(&routine.coroutine.stack, routine.coroutine.pointer));
    routine_resume(&routine);
    ck_assert(routine.ended);
    ck_assert(!stack_is_whole(&routine.coroutine.stack, routine.coroutine.pointer));
    ck_assert(stack_is_whole(&neighbour, neighbour.top));
    ck_assert_uint_eq(arena.guards[GUARD_CANARY], 2);
    stack_arena_release(&arena);
}
END_TEST

START_TEST(other_guards_need_no_canary)
{
    struct stack_arena arena = arena_with_guard("mprotect");
    struct stack stack;
    ck_assert_int_eq(stack_acquire(&arena, 0, &stack), 0);
    ck_assert(stack_is_whole(&stack, stack.top)); /* and does not look into the guard */
    ck_assert_uint_eq(arena.guards[GUARD_MPROTECT], 1);
    stack_arena_release(&arena);
}
END_TEST

START_TEST(the_statistics_know_every_guard)
{
    enum { COUNT = 40000 }; /* more than mprotect may guard with Linux' usual limit on maps */
    struct stack_arena arena = arena_with_guard("mprotect");
    size_t count = memory_is_shadowed() ? 2000 : COUNT; /* Valgrind knows few mappings */
    for (size_t i = 0; i < count; i++) {
        struct stack stack;
        if (stack_acquire(&arena, 0, &stack) != 0)
            ck_abort_msg("no stack");
        if (!stack_is_whole(&stack, stack.top))
            ck_abort_msg("a new one is broken");
    }
    size_t protected = arena.guards[GUARD_MPROTECT];
    ck_assert_uint_gt(protected, 1000);
    ck_assert_uint_eq(protected + arena.guards[GUARD_CANARY], count);
    ck_assert_uint_le(protected, 16384); /* two maps each */
    stack_arena_release(&arena);
}
END_TEST

/* A stack that has been given back does not count any more. */
START_TEST(large_ones_do_not_use_up_the_guards)
{
    struct stack_arena arena = arena_with_guard("mprotect");
    struct stack stack;
    for (int i = 0; i < 20000; i++) {
        if (stack_acquire(&arena, 2 * STACK_SIZE, &stack) != 0)
            ck_abort_msg("no stack");
        stack_release(&arena, stack);
    }
    ck_assert_int_eq(stack_acquire(&arena, 0, &stack), 0);
    ck_assert_uint_eq(arena.guards[GUARD_MPROTECT], 1);
    ck_assert_uint_eq(arena.guards[GUARD_CANARY], 0);
    stack_arena_release(&arena);
}
END_TEST

int main(void)
{
    return run_suite("stack_arena",
        (struct test_group[]){
            {"stacks",
                (const TTest *const[]){the_last_one_released_is_the_next,
                    none_overlaps_another_or_its_guard, stacks_hold_what_they_promise,
                    a_large_one_is_given_back_at_once, a_limit_on_addresses_gives_fewer, NULL}},
            {"guards",
                (const TTest *const[]){an_overflow_ends_the_process, the_canary_notices_an_overflow,
                    other_guards_need_no_canary, the_statistics_know_every_guard,
                    large_ones_do_not_use_up_the_guards, NULL}},
            {NULL, NULL}});
}
