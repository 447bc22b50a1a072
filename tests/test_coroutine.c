/* Coroutines: the switch, and what survives it. */
#include "support_coroutine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

static void say_two_things(struct routine *self)
{
    note("%c1", (int)self->number);
    routine_suspend(self);
    note("%c2", (int)self->number);
}

START_TEST(a_resume_runs_to_the_next_suspend)
{
    struct stack_arena arena = new_arena();
    struct routine a, b;
    routine_begin(&arena, &a, say_two_things, 'a');
    routine_begin(&arena, &b, say_two_things, 'b');
    expect_notes("");
    routine_resume(&a);
    note("main");
    routine_resume(&b);
    routine_resume(&b);
    note("main");
    routine_resume(&a);
    ck_assert(a.ended);
    ck_assert(b.ended);
    expect_notes("a1 main b1 b2 main a2");
    routine_end(&arena, &a);
    routine_end(&arena, &b);
    stack_arena_release(&arena);
}
END_TEST

static void resume_the_other(struct routine *self)
{
    note("outer");
    routine_resume(self->other);
    note("outer");
    routine_suspend(self);
    routine_resume(self->other);
    note("outer");
}

START_TEST(a_coroutine_may_resume_another)
{
    struct stack_arena arena = new_arena();
    struct routine outer, inner;
    routine_begin(&arena, &outer, resume_the_other, 0);
    routine_begin(&arena, &inner, say_two_things, 'i');
    outer.other = &inner;
    routine_resume(&outer);
    note("main");
    routine_resume(&outer);
    ck_assert(outer.ended);
    ck_assert(inner.ended);
    expect_notes("outer i1 outer main i2 outer");
    routine_end(&arena, &outer);
    routine_end(&arena, &inner);
    stack_arena_release(&arena);
}
END_TEST

/* Suspends on the way down and on the way up. */
static __attribute__((noinline)) uint64_t descend(struct routine *self, uint64_t depth)
{
    volatile uint64_t values[16];
    for (size_t i = 0; i < 16; i++)
        values[i] = self->number * 1000003 + depth * 16 + i;
    routine_suspend(self);
    uint64_t sum = depth ? descend(self, depth - 1) : 0;
    routine_suspend(self);
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
        routine_begin(&arena, &routines[i], descend_some_calls, i + 2);
    for (size_t round = 0; round < 41; round++)
        for (size_t i = 0; i < COUNT; i++)
            routine_resume(&routines[i * (round + 1) % COUNT]);
    for (size_t i = 0; i < COUNT; i++) {
        if (!routines[i].ended || routines[i].number != 1)
            ck_abort_msg("coroutine %zu lost something", i);
        routine_end(&arena, &routines[i]);
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
    self->number = mix(seed, routine_suspend, self);
    self->number ^= turn(seed, routine_suspend, self);
}

static uint64_t mixed_at_once(uint64_t seed)
{
    return mix(seed, do_nothing, NULL) ^ turn(seed, do_nothing, NULL);
}

static void resume_both(struct routine *first)
{
    routine_resume(first);
    routine_resume(first->other);
}

START_TEST(registers_survive_on_both_sides)
{
    struct stack_arena arena = new_arena();
    struct routine a, b;
    routine_begin(&arena, &a, mix_while_suspending, 12345);
    routine_begin(&arena, &b, mix_while_suspending, 67890);
    a.other = &b;
    uint64_t mixed = mix(777, resume_both, &a);
    mixed ^= turn(777, resume_both, &a);
    resume_both(&a);
    ck_assert(a.ended);
    ck_assert_uint_eq(mixed, mixed_at_once(777));
    ck_assert_uint_eq(a.number, mixed_at_once(12345));
    ck_assert_uint_eq(b.number, mixed_at_once(67890));
    routine_end(&arena, &a);
    routine_end(&arena, &b);
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
    routine_suspend(self);
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
        routine_begin(&arena, &routines[i], calculate, i);
    for (size_t i = 0; i < 2 * COUNT; i++)
        routine_resume(&routines[i % COUNT]);
    for (size_t i = 0; i < COUNT; i++) {
        ck_assert(routines[i].ended);
        ck_assert_uint_eq(routines[i].number, 1);
        routine_end(&arena, &routines[i]);
    }
    stack_arena_release(&arena);
}
END_TEST

START_TEST(one_that_is_suspended_can_be_forgotten)
{
    struct stack_arena arena = new_arena();
    for (int i = 0; i < 100; i++) {
        struct routine forgotten;
        routine_begin(&arena, &forgotten, descend_some_calls, 5);
        for (int depth = 0; depth < i % 20; depth++)
            routine_resume(&forgotten);
        routine_end(&arena, &forgotten);
    }
    struct stack stack; /* where the forgotten ones were: nothing of it may be forbidden */
    ck_assert_int_eq(stack_acquire(&arena, 0, &stack), 0);
    memset(stack.low + 4096, 'x', (size_t)(stack.top - stack.low) - 4096);
    stack_release(&arena, stack);
    struct routine whole;
    routine_begin(&arena, &whole, descend_some_calls, 5);
    ck_assert_ptr_eq(whole.coroutine.stack.low, stack.low);
    while (!whole.ended)
        routine_resume(&whole);
    ck_assert_uint_eq(whole.number, 1);
    routine_end(&arena, &whole);
    stack_arena_release(&arena);
}

/* A stack on which every saved register holds the same address. */
static size_t calls_from(size_t offset)
{
    enum { HALF = 32 };
    static void *words[2 * HALF], *calls[1];
    char *low = (char *)words;
    struct coroutine coroutine = {
        .pointer = words, .stack = {.low = low, .top = low + sizeof(words)}};
    for (size_t i = 0; i < HALF; i++)
        words[i] = low + offset;
#if defined(__SANITIZE_ADDRESS__)
    __asan_poison_memory_region(&words[HALF], sizeof(words) / 2);
#endif
    return coroutine_calls(&coroutine, calls, 1);
}

START_TEST(what_is_no_frame_is_not_read)
{
    size_t odd = sizeof(void *) * 40 + 1;
    ck_assert_uint_eq(calls_from(odd), 0);
    calls_from(odd - 1); /* it may be a frame: AddressSanitizer says nothing */
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
                    one_that_is_suspended_can_be_forgotten, what_is_no_frame_is_not_read, NULL}},
            {NULL, NULL}});
}
