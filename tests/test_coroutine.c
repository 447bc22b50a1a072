#include "common/coroutine.h"

#include <alloca.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <uv.h>

#include "support_runtime.h"

/* A coroutine and what its function has to know. */
struct routine {
    struct coroutine coroutine;
    void (*body)(struct routine *self);
    struct routine *other;
    uint64_t number;
    bool ended;
};

static void suspend(struct routine *self)
{
    coroutine_suspend(&self->coroutine);
}

static void resume(struct routine *routine)
{
    coroutine_resume(&routine->coroutine);
}

static void run_body(void *argument)
{
    struct routine *self = argument;
    self->body(self);
    self->ended = true;
    suspend(self);
}

static void begin_large(struct stack_arena *arena, size_t size, struct routine *routine,
    void (*body)(struct routine *self), uint64_t number)
{
    struct stack stack;
    if (stack_acquire(arena, size, &stack) != 0)
        ck_abort_msg("no stack");
    *routine = (struct routine){.body = body, .number = number};
    coroutine_begin(&routine->coroutine, stack, run_body, routine);
}

static void begin(struct stack_arena *arena, struct routine *routine,
    void (*body)(struct routine *self), uint64_t number)
{
    begin_large(arena, 0, routine, body, number);
}

static void end(struct stack_arena *arena, struct routine *routine)
{
    coroutine_end(&routine->coroutine);
    stack_release(arena, routine->coroutine.stack);
}

static struct stack_arena new_arena(void)
{
    struct stack_arena arena;
    ck_assert_int_eq(stack_arena_init(&arena), 0);
    return arena;
}

/*
 * The switch
 */

static void say_two_things(struct routine *self)
{
    note("%c1", (int)self->number);
    suspend(self);
    note("%c2", (int)self->number);
}

START_TEST(a_resume_runs_to_the_next_suspend)
{
    struct stack_arena arena = new_arena();
    struct routine a, b;
    begin(&arena, &a, say_two_things, 'a');
    begin(&arena, &b, say_two_things, 'b');
    expect_notes("");
    resume(&a);
    note("main");
    resume(&b);
    resume(&b);
    note("main");
    resume(&a);
    ck_assert(a.ended);
    ck_assert(b.ended);
    expect_notes("a1 main b1 b2 main a2");
    end(&arena, &a);
    end(&arena, &b);
    stack_arena_release(&arena);
}
END_TEST

static void resume_the_other(struct routine *self)
{
    note("outer");
    resume(self->other);
    note("outer");
    suspend(self);
    resume(self->other);
    note("outer");
}

START_TEST(a_coroutine_may_resume_another)
{
    struct stack_arena arena = new_arena();
    struct routine outer, inner;
    begin(&arena, &outer, resume_the_other, 0);
    begin(&arena, &inner, say_two_things, 'i');
    outer.other = &inner;
    resume(&outer);
    note("main");
    resume(&outer);
    ck_assert(outer.ended);
    ck_assert(inner.ended);
    expect_notes("outer i1 outer main i2 outer");
    end(&arena, &outer);
    end(&arena, &inner);
    stack_arena_release(&arena);
}
END_TEST

/* Suspends on the way down and on the way up. */
static __attribute__((noinline)) uint64_t descend(struct routine *self, uint64_t depth)
{
    volatile uint64_t values[16];
    for (size_t i = 0; i < 16; i++)
        values[i] = self->number * 1000003 + depth * 16 + i;
    suspend(self);
    uint64_t sum = depth ? descend(self, depth - 1) : 0;
    suspend(self);
    for (size_t i = 0; i < 16; i++)
        sum += values[i] == self->number * 1000003 + depth * 16 + i;
    return sum;
}

static void descend_some_calls(struct routine *self)
{
    self->number = descend(self, 19) == 20 * 16 ? 1 : 0;
}

/* A prime: steps of any length visit all. ThreadSanitizer needs half a millisecond for each. */
#if defined(__SANITIZE_THREAD__)
#define MANY 211
#else
#define MANY 1009
#endif

/* In another order each round, so that nothing depends on who was before. */
START_TEST(what_a_thousand_hold_on_their_stacks_survives)
{
    enum { COUNT = MANY };
    struct stack_arena arena = new_arena();
    struct routine *routines = calloc(COUNT, sizeof *routines);
    for (size_t i = 0; i < COUNT; i++)
        begin(&arena, &routines[i], descend_some_calls, i + 2);
    for (size_t round = 0; round < 41; round++)
        for (size_t i = 0; i < COUNT; i++)
            resume(&routines[i * (round + 1) % COUNT]);
    for (size_t i = 0; i < COUNT; i++) {
        if (!routines[i].ended || routines[i].number != 1)
            ck_abort_msg("coroutine %zu lost something", i);
        end(&arena, &routines[i]);
    }
    free(routines);
    stack_arena_release(&arena);
}
END_TEST

/* More values than there are registers to keep them in are alive across each step. */
static __attribute__((noinline)) uint64_t mix(
    uint64_t seed, void (*step)(struct routine *), struct routine *argument)
{
    uint64_t a = seed, b = seed * 3, c = seed * 5, d = seed * 7, e = seed * 11, f = seed * 13;
    uint64_t g = seed * 17, h = seed * 19;
    for (int i = 0; i < 100; i++) {
        a += b ^ h;
        step(argument);
        b += c ^ a, c += d ^ b, d += e ^ c;
        step(argument);
        e += f ^ d, f += g ^ e, g += h ^ f, h += a ^ g;
    }
    return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h;
}

/* The same with fractions: whole numbers, so that no rounding comes in. */
static __attribute__((noinline)) uint64_t turn(
    uint64_t seed, void (*step)(struct routine *), struct routine *argument)
{
    double a = (double)seed, b = a + 3, c = a + 5, d = a + 7, e = a + 11, f = a + 13;
    double g = a + 17, h = a + 19;
    for (int i = 0; i < 100; i++) {
        double first = a;
        a = b + 1, b = c + 2, c = d + 3, d = e + 4;
        step(argument);
        e = f + 5, f = g + 6, g = h + 7, h = first + 8;
        step(argument);
    }
    return (uint64_t)(a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h);
}

static void do_nothing(struct routine *self)
{
    (void)self;
}

static void mix_while_suspending(struct routine *self)
{
    uint64_t seed = self->number;
    self->number = mix(seed, suspend, self);
    self->number ^= turn(seed, suspend, self);
}

static uint64_t mixed_at_once(uint64_t seed)
{
    return mix(seed, do_nothing, NULL) ^ turn(seed, do_nothing, NULL);
}

static void resume_both(struct routine *first)
{
    resume(first);
    resume(first->other);
}

START_TEST(registers_survive_on_both_sides)
{
    struct stack_arena arena = new_arena();
    struct routine a, b;
    begin(&arena, &a, mix_while_suspending, 12345);
    begin(&arena, &b, mix_while_suspending, 67890);
    a.other = &b;
    uint64_t mixed = mix(777, resume_both, &a);
    mixed ^= turn(777, resume_both, &a);
    resume_both(&a);
    ck_assert(a.ended);
    ck_assert_uint_eq(mixed, mixed_at_once(777));
    ck_assert_uint_eq(a.number, mixed_at_once(12345));
    ck_assert_uint_eq(b.number, mixed_at_once(67890));
    end(&arena, &a);
    end(&arena, &b);
    stack_arena_release(&arena);
}
END_TEST

typedef float four_floats __attribute__((vector_size(16)));

/* Vectors are stored with instructions that fault where the stack is not aligned to 16; printf
 * does so with its arguments. */
static void calculate(struct routine *self)
{
    volatile four_floats vector = {1, 2, 3, 4};
    long double precise = 1.0L / 3.0L;
    double number = (double)self->number + 0.25;
    suspend(self);
    vector = vector * vector;
    volatile uintptr_t place = (uintptr_t)&vector;
    char text[64];
    snprintf(text, sizeof text, "%.2f %.3Lf %.0f", number, precise * 3.0L, (double)vector[3]);
    char expected[64];
    snprintf(expected, sizeof expected, "%d.25 1.000 16", (int)self->number);
    self->number = strcmp(text, expected) == 0 && place % 16 == 0;
}

START_TEST(floating_point_works_on_every_colour_of_stack)
{
    enum { COUNT = 40 };
    struct stack_arena arena = new_arena();
    struct routine routines[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        begin(&arena, &routines[i], calculate, i);
    for (size_t i = 0; i < 2 * COUNT; i++)
        resume(&routines[i % COUNT]);
    for (size_t i = 0; i < COUNT; i++) {
        ck_assert(routines[i].ended);
        ck_assert_uint_eq(routines[i].number, 1);
        end(&arena, &routines[i]);
    }
    stack_arena_release(&arena);
}
END_TEST

START_TEST(one_that_is_suspended_can_be_forgotten)
{
    struct stack_arena arena = new_arena();
    for (int i = 0; i < 100; i++) {
        struct routine forgotten;
        begin(&arena, &forgotten, descend_some_calls, 5);
        for (int depth = 0; depth < i % 20; depth++)
            resume(&forgotten);
        end(&arena, &forgotten);
    }
    struct stack stack; /* where the forgotten ones were: nothing of it may be forbidden */
    ck_assert_int_eq(stack_acquire(&arena, 0, &stack), 0);
    memset(stack.low + 4096, 'x', (size_t)(stack.top - stack.low) - 4096);
    stack_release(&arena, stack);
    struct routine whole;
    begin(&arena, &whole, descend_some_calls, 5);
    ck_assert_ptr_eq(whole.coroutine.stack.low, stack.low);
    while (!whole.ended)
        resume(&whole);
    ck_assert_uint_eq(whole.number, 1);
    end(&arena, &whole);
    stack_arena_release(&arena);
}
END_TEST

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
    suspend(self);
    self->number += fill(size) == size * 0x5A;
}

/* The frames of the test itself, with what ucontext and a sanitizer add to them, take less. */
#define OWN_FRAMES ((size_t)8 * 1024)

static void holds(struct stack_arena *arena, size_t stack_size, size_t size)
{
    struct routine routine;
    begin_large(arena, stack_size, &routine, fill_so_much, size);
    resume(&routine);
    resume(&routine);
    ck_assert(routine.ended);
    ck_assert_uint_eq(routine.number, 2);
    ck_assert(stack_is_whole(&routine.coroutine.stack, routine.coroutine.pointer));
    end(arena, &routine);
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

static struct stack_arena arena_with_guard(const char *name)
{
    setenv("STACK_GUARD", name, 1);
    return new_arena();
}

/* The second stack overflows into the first, which nobody uses. */
static void overflow(void *guard)
{
    struct stack_arena arena = arena_with_guard(guard);
    struct stack neighbour;
    stack_acquire(&arena, 0, &neighbour);
    struct routine routine;
    begin(&arena, &routine, dig_through, 0);
    resume(&routine);
    _Exit(0); /* alive */
}

static void overflow_of_a_large_one(void *guard)
{
    struct stack_arena arena = arena_with_guard(guard);
    struct routine routine;
    begin_large(&arena, 1 << 20, &routine, dig_through, 0);
    resume(&routine);
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
    begin(&arena, &routine, dig_through, 0);
    ck_assert(stack_is_whole(&routine.coroutine.stack, routine.coroutine.pointer));
    resume(&routine);
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
    return run_suite("coroutine",
        (struct test_group[]){
            {"switch",
                (const TTest *const[]){a_resume_runs_to_the_next_suspend,
                    a_coroutine_may_resume_another, what_a_thousand_hold_on_their_stacks_survives,
                    registers_survive_on_both_sides, floating_point_works_on_every_colour_of_stack,
                    one_that_is_suspended_can_be_forgotten, NULL}},
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
