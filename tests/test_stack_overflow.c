/* A stack that overflows ends the process with one line, whatever guards it. */
#include "support_overflow.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/task/state.h"
#include "common/trace.h"

#define NEIGHBOURS 40 /* on each side: more than a 1 MB frame can skip */

static const char *const guards[] = {"install", "mprotect", "canary"};

static size_t many(void)
{
    return memory_is_shadowed() || is_emulated() ? 2000 : 100000;
}

static int (*const ways[])(void *unused) = {
    recurse_without_end, hold_one_megabyte, leap_over_the_end};
enum { WAYS = sizeof(ways) / sizeof(*ways) };

/* GCC makes no probes for -fstack-clash-protection on RISC-V: a frame of a megabyte leaps over
 * every guard there. */
#ifdef __riscv
#define FRAMES_HAVE_PROBES 0
#else
#define FRAMES_HAVE_PROBES 1
#endif
static int (*const overflow)(void *) = FRAMES_HAVE_PROBES ? hold_one_megabyte : recurse_without_end;

/* Writes down to just below the limit, and returns: into the neighbour's stack, not further.
 * Without AddressSanitizer, whose red zones between two frames are wider than the canary. */
static __attribute__((noinline, no_sanitize("address"))) int dig(const char *end)
{
    volatile char frame[512];
    for (size_t i = sizeof frame; i-- > 0;)
        frame[i] = 'x';
    return (uintptr_t)frame > (uintptr_t)end ? dig(end) + frame[0] : frame[0];
}

static int dig_and_wait(void *unused)
{
    (void)unused;
    return dig(task_current()->coroutine.stack.low - 512) + task_yield();
}

static int dig_and_end(void *unused)
{
    (void)unused;
    return dig(task_current()->coroutine.stack.low - 512);
}

/* The canary is somewhere in the frame, and untouched. */
static int wait_in_a_large_frame(void *unused)
{
    (void)unused;
    volatile char frame[STACK_SIZE + 32 * 1024];
    int place = limit % 7;
    frame[place] = 'x';
    return task_yield() + frame[place];
}

static void every_guard_and_way(struct attempt attempt)
{
    for (size_t i = 0; i < 3; i++)
        for (size_t way = 0; way < WAYS && kernel_has(guards[i]); way++) {
            attempt.guard = guards[i];
            bool leaps = ways[way] == leap_over_the_end;
            if (leaps && (strcmp(guards[i], "canary") == 0 || memory_is_shadowed()))
                continue; /* no canary catches it; a sanitizer or Valgrind reports it itself */
            if (ways[way] == hold_one_megabyte && !FRAMES_HAVE_PROBES)
                continue;
            attempt.way = ways[way];
            is_named(attempt, SIGSEGV);
        }
}

START_TEST(of_the_first_task)
{
    every_guard_and_way((struct attempt){0});
}
END_TEST

START_TEST(of_one_in_the_middle)
{
    every_guard_and_way((struct attempt){.middle = true, .neighbours = NEIGHBOURS});
}
END_TEST

/* Each place that a slot can have between two walls. */
START_TEST(of_any_place_in_the_arena)
{
    for (size_t i = 0; i < 16; i++)
        is_named((struct attempt){"canary", overflow, true, NEIGHBOURS + i, 0}, SIGSEGV);
}
END_TEST

START_TEST(of_a_large_stack)
{
    every_guard_and_way(
        (struct attempt){.middle = true, .neighbours = 8, .stack_size = STACK_SIZE * 3});
}
END_TEST

/*
 * Frames larger than the guard, in code without probes, such as a library's
 */

#if defined(__GNUC__) && !defined(__clang__)
#define FRAMES_CAN_JUMP (!memory_is_shadowed()) /* a sanitizer or Valgrind reports them itself */
#define WITHOUT_PROBES __attribute__((noinline, optimize("no-stack-clash-protection")))
#else
#define FRAMES_CAN_JUMP false
#define WITHOUT_PROBES
#endif
#define BEYOND (STACK_SIZE + STACK_GUARD_SIZE + 170 * 1024) /* in the stack of another task */

WITHOUT_PROBES static int fill_a_large_frame(void *unused)
{
    volatile char frame[BEYOND];
    (void)unused;
    for (size_t i = 0; i < sizeof(frame); i++)
        frame[i] = 'x'; /* goes up, into the guard of another stack */
    return frame[limit % 7];
}

WITHOUT_PROBES static int wait_below_the_guard(void *unused)
{
    volatile char frame[BEYOND];
    (void)unused;
    frame[limit % 7] = 'x';
    return task_sleep(0) + frame[limit % 7];
}

START_TEST(of_a_frame_that_is_larger_than_the_guard)
{
    for (size_t i = 0; i < 3 && FRAMES_CAN_JUMP; i++) {
        struct attempt attempt = {guards[i], wait_below_the_guard, true, NEIGHBOURS, 0};
        if (!kernel_has(guards[i]))
            continue;
        is_named(attempt, SIGABRT);
        attempt.way = fill_a_large_frame;
        if (strcmp(guards[i], "canary") != 0)
            is_named(attempt, SIGSEGV);
    }
}
END_TEST

/*
 * What only the canary stands for
 */

START_TEST(into_a_neighbour_and_back)
{
    is_named((struct attempt){"canary", dig_and_wait, true, NEIGHBOURS, 0}, SIGABRT);
    is_named((struct attempt){"canary", dig_and_end, true, NEIGHBOURS, 0}, SIGABRT);
}
END_TEST

START_TEST(past_a_canary_that_lives)
{
    is_named((struct attempt){"canary", wait_in_a_large_frame, true, NEIGHBOURS, 0}, SIGABRT);
}
END_TEST

/* What no canary catches does no harm: the stack below is another 64 KiB away. */
static int keep_a_full_stack(void *damaged)
{
    enum { MINE = 32 * 1024 };
    volatile unsigned char mine[MINE];
    for (size_t i = 0; i < MINE; i++)
        mine[i] = 0xA5;
    int error = task_yield();
    for (size_t i = 0; i < MINE; i++)
        *(bool *)damaged |= mine[i] != 0xA5;
    return error;
}

static int leap_between_two(void *damaged)
{
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "below", keep_a_full_stack, damaged);
    scope_spawn(&scope, "leaper", leap_over_the_end, NULL);
    scope_spawn(&scope, "above", keep_a_full_stack, damaged);
    return scope_leave(&scope, scope_join(&scope));
}

START_TEST(a_leap_over_the_canary_harms_no_other_task)
{
    bool damaged = false;
    keep_order();
    setenv("STACK_GUARD", "canary", 1);
    if (memory_is_shadowed())
        return; /* a sanitizer or Valgrind reports the leap */
    ck_assert_int_eq(run_main(leap_between_two, &damaged), 0);
    ck_assert(!damaged);
}
END_TEST

/*
 * 100,000 tasks
 */

static size_t number_before(const char *text, const char *word)
{
    const char *end = strstr(text, word);
    while (end && end > text && end[-1] >= '0' && end[-1] <= '9')
        end--;
    return end ? strtoul(end, NULL, 10) : 0;
}

/* The first line of the tree says how many there are, and which guard each has. */
static void statistics_are_right(const char *guard)
{
    char *tree;
    size_t size;
    FILE *memory = open_memstream(&tree, &size);
    trace_tasks(task_loop(), memory);
    fclose(memory);
    tree[strcspn(tree, "\n")] = '\0';
    size_t tasks = strtoul(tree + strlen("tasks: "), NULL, 10);
    size_t installed = number_before(tree, " by MADV_GUARD_INSTALL");
    size_t protected = number_before(tree, " by mprotect");
    size_t watched = number_before(tree, " by canary");
    if (tasks != many() + 2 || installed + protected + watched != tasks)
        ck_abort_msg("not all are there: %s", tree);
    if (installed != (strcmp(guard, "install") == 0 ? tasks : 0) ||
        (protected > 1000) != (strcmp(guard, "mprotect") == 0) ||
        (watched == tasks) != (strcmp(guard, "canary") == 0))
        ck_abort_msg("not the guard that was asked for, %s: %s", guard, tree);
    free(tree);
}

static int look_at_the_statistics(void *unused)
{
    (void)unused;
    statistics_are_right(getenv("STACK_GUARD"));
    return UV_ECONNRESET; /* ends all others */
}

/* And one of them overflows. */
static void a_hundred_thousand(const char *guard)
{
    if (!kernel_has(guard))
        return;
    struct attempt attempt = {guard, look_at_the_statistics, true, many() / 2, 0};
    setenv("STACK_GUARD", guard, 1);
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    ck_assert_int_eq(task_run(&loop, "main", overflow_among, &attempt), UV_ECONNRESET);
    close_loop(&loop);
    attempt.way = recurse_without_end;
    is_named(attempt, SIGSEGV);
}

START_TEST(a_hundred_thousand_by_install)
{
    a_hundred_thousand("install");
}
END_TEST

START_TEST(a_hundred_thousand_by_mprotect)
{
    a_hundred_thousand("mprotect");
}
END_TEST

START_TEST(a_hundred_thousand_by_canary)
{
    a_hundred_thousand("canary");
}
END_TEST

int main(void)
{
    return run_suite("overflow",
        (struct test_group[]){
            {"task", (const TTest *const[]){of_the_first_task, of_one_in_the_middle,
                         of_any_place_in_the_arena, of_a_large_stack,
                         of_a_frame_that_is_larger_than_the_guard, NULL}},
            {"canary", (const TTest *const[]){into_a_neighbour_and_back, past_a_canary_that_lives,
                           a_leap_over_the_canary_harms_no_other_task, NULL}},
            {"many", (const TTest *const[]){a_hundred_thousand_by_install,
                         a_hundred_thousand_by_mprotect, a_hundred_thousand_by_canary, NULL}},
            {NULL, NULL}});
}
