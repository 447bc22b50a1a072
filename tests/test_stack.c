/* Free stacks give their memory back, a part at a time, and are as good as new afterwards. */
#include "support_coroutine.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "common/coroutine/stack.h"
#include "common/task/state.h"

#define MANY 3000
#define KEPT 256 /* that stay warm, however few are in use */
#define PAGE ((size_t)4096)

static struct stack stacks[MANY];

/* Two pages of a stack are used: more than one, so that more than the top is given back. */
static void use(const struct stack *stack)
{
    memset(stack->top - 2 * PAGE, 'x', 2 * PAGE);
}

static void acquire(struct stack_arena *arena, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (stack_acquire(arena, 0, &stacks[i]) != 0)
            ck_abort_msg("no stack");
        use(&stacks[i]);
        if (!stack_is_whole(&stacks[i], stacks[i].top - PAGE))
            ck_abort_msg("stack %zu is broken", i);
    }
}

/* In an order in which some are neighbours, in both directions, and some are not. */
static void release(struct stack_arena *arena, size_t from, size_t to)
{
    for (size_t i = from; i < to; i += 4)
        for (size_t k = 0; k < 4; k++) {
            static const size_t order[] = {1, 0, 2, 3};
            if (i + order[k] < to)
                stack_release(arena, stacks[i + order[k]]);
        }
}

/* How many of the stacks hold memory at their tops. */
static size_t resident(size_t from, size_t to)
{
    size_t count = 0;
    for (size_t i = from; i < to; i++) {
        unsigned char pages[2];
        char *top = (char *)((uintptr_t)(stacks[i].top - 1) & ~(PAGE - 1));
        ck_assert_int_eq(mincore(top - PAGE, 2 * PAGE, pages), 0);
        count += (pages[0] | pages[1]) & 1;
    }
    return count;
}

/* Until it gives nothing more back. Returns what it said last. */
static uint64_t trim_wholly(struct stack_arena *arena)
{
    uint64_t again;
    const struct stack *warm;
    do {
        warm = arena->warm;
        again = stack_arena_trim(arena);
    } while (arena->warm != warm);
    return again;
}

static void gives_back(const char *guard)
{
    struct stack_arena arena = arena_with_guard(guard);
    acquire(&arena, 0, MANY);
    size_t used = arena.used, guards = arena.guards[stacks[0].guard];
    release(&arena, 0, MANY);
    ck_assert_uint_eq(resident(0, MANY), MANY);
    stack_arena_trim(&arena);
    ck_assert_uint_lt(resident(0, MANY), MANY);
    ck_assert_uint_gt(resident(0, MANY), KEPT); /* a part at a time */
    ck_assert_uint_eq(trim_wholly(&arena), 0);
    ck_assert_uint_eq(resident(0, MANY), KEPT);
    acquire(&arena, 0, MANY);
    ck_assert_uint_eq(arena.used, used);
    ck_assert_uint_eq(arena.guards[stacks[0].guard], guards);
    release(&arena, 0, MANY);
    trim_wholly(&arena);
    ck_assert_uint_eq(resident(0, MANY), KEPT);
    stack_arena_release(&arena);
}

START_TEST(free_ones_give_their_memory_back)
{
    gives_back("install");
    gives_back("mprotect");
    gives_back("canary");
}
END_TEST

START_TEST(as_many_as_are_in_use_stay_warm)
{
    struct stack_arena arena = arena_with_guard("install");
    acquire(&arena, 0, MANY);
    release(&arena, MANY / 2, MANY);
    ck_assert_uint_gt(trim_wholly(&arena), 0); /* these may end too */
    ck_assert_uint_eq(resident(0, MANY), MANY);
    release(&arena, MANY / 4, MANY / 2);
    ck_assert_uint_gt(trim_wholly(&arena), 0);
    ck_assert_uint_eq(resident(0, MANY), MANY / 2);
    ck_assert_uint_eq(resident(0, MANY / 4), MANY / 4); /* those in use among them */
    stack_arena_release(&arena);
}
END_TEST

START_TEST(the_warm_ones_are_the_next)
{
    struct stack_arena arena = arena_with_guard("install");
    acquire(&arena, 0, MANY);
    release(&arena, 0, MANY);
    struct stack last = stacks[MANY - 1];
    trim_wholly(&arena);
    ck_assert_int_eq(stack_acquire(&arena, 0, &stacks[0]), 0);
    ck_assert_ptr_eq(stacks[0].low, last.low);
    ck_assert_uint_eq(resident(0, 1), 1);
    stack_arena_release(&arena);
}
END_TEST

static void count_calls(void *calls)
{
    ++*(int *)calls;
}

START_TEST(it_tells_when_trimming_is_worth_while)
{
    struct stack_arena arena = arena_with_guard("install");
    int calls = 0;
    arena.grown = count_calls;
    arena.argument = &calls;
    acquire(&arena, 0, KEPT);
    ck_assert_int_eq(calls, 0);
    acquire(&arena, KEPT, MANY);
    ck_assert_int_gt(calls, 0);
    release(&arena, 0, MANY);
    trim_wholly(&arena);
    calls = 0;
    acquire(&arena, 0, KEPT);
    ck_assert_int_eq(calls, 0);
    acquire(&arena, KEPT, MANY); /* these were cold */
    ck_assert_int_gt(calls, 0);
    stack_arena_release(&arena);
}
END_TEST

static void touch_the_guard_of_a_cold_one(void *guard)
{
    struct stack_arena arena = arena_with_guard(guard);
    acquire(&arena, 0, MANY);
    release(&arena, 0, MANY);
    trim_wholly(&arena);
    acquire(&arena, 0, MANY);
    *(volatile char *)(stacks[MANY - 1].low - 1) = 'x';
}

START_TEST(guards_stay)
{
    static char *const guards[] = {"install", "mprotect"};
    struct stack_arena arena = arena_with_guard("install");
    acquire(&arena, 0, 1);
    for (int i = stacks[0].guard == GUARD_INSTALL && !is_emulated() ? 0 : 1; i < 2; i++) {
        int status = run_apart(touch_the_guard_of_a_cold_one, guards[i], NULL);
        if (memory_is_shadowed())
            ck_assert_int_ne(status, 0);
        else
            ck_assert_int_eq(status, 128 + SIGSEGV);
    }
    stack_arena_release(&arena);
}
END_TEST

static int sleep_long(void *unused)
{
    (void)unused;
    return task_sleep(3600);
}

static void suspend_many(void)
{
    struct scope scope;
    scope_enter(&scope);
    for (int i = 0; i < MANY; i++)
        ck_assert_int_eq(scope_spawn(&scope, "sleeper", sleep_long, NULL), 0);
    ck_assert_int_eq(task_yield(), 0);
    scope_leave(&scope, 0);
}

/* The stacks of tasks lie side by side from the first on. */
static int end_many(void *unused)
{
    (void)unused;
    struct stack_arena *arena = &task_pool_of(task_loop())->stacks;
    const struct stack *own = &task_current()->coroutine.stack;
    size_t slot = (size_t)(own->low - STACK_GUARD_SIZE - arena->base); /* the first one is a wall */
    for (int round = 0; round < 2; round++) {
        suspend_many();
        for (size_t i = 0; i < MANY; i++)
            stacks[i].top = arena->base + (i + 2) * slot;
        ck_assert_uint_eq(resident(0, MANY), MANY);
        while (resident(0, MANY) > KEPT + 1) /* and this task's own */
            ck_assert_int_eq(task_sleep(0.01), 0);
    }
    return 0;
}

START_TEST(so_do_those_of_tasks_that_have_ended)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    ck_assert_int_eq(task_run(&loop, "main", end_many, NULL), 0);
    close_loop(&loop);
}
END_TEST

int main(void)
{
    return run_suite(
        "stack", (struct test_group[]){
                     {"trim", (const TTest *const[]){free_ones_give_their_memory_back,
                                  as_many_as_are_in_use_stay_warm, the_warm_ones_are_the_next,
                                  it_tells_when_trimming_is_worth_while, guards_stay,
                                  so_do_those_of_tasks_that_have_ended, NULL}},
                     {NULL, NULL}});
}
