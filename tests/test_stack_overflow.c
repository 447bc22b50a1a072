/* A stack that overflows ends the process with one line, whatever guards it. */
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/task/state.h"
#include "common/trace.h"
#include "support_runtime.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

#define NEIGHBOURS 40 /* on each side: more than a 1 MB frame can skip */

static const char *const guards[] = {"install", "mprotect", "canary"};

/* A sanitizer reports an overflow itself, and its fibers and shadows do not come by the 100,000. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

static size_t many(void)
{
    return memory_is_shadowed() || is_emulated() ? 2000 : 100000;
}

static bool kernel_has(const char *guard)
{
    if (strcmp(guard, "install") != 0)
        return true;
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bool has = !is_emulated() && madvise(page, 4096, MADV_GUARD_INSTALL) == 0;
    munmap(page, 4096);
    if (!has)
        puts("MADV_GUARD_INSTALL needs Linux 6.13, and no emulator: that guard is not tested");
    return has;
}

/*
 * Ways to overflow
 */

static volatile int limit = INT_MAX; /* what the compiler cannot know */

static __attribute__((noinline)) int recurse(int depth)
{
    volatile char frame[64];
    frame[0] = (char)depth;
    int deeper = depth < limit ? recurse(depth + 1) : 0;
    return deeper + frame[0];
}

static int recurse_without_end(void *unused)
{
    (void)unused;
    return recurse(0);
}

static int hold_one_megabyte(void *unused)
{
    (void)unused;
    volatile char frame[1 << 20];
    int place = limit % 7;
    frame[place] = 'x';
    return frame[place];
}

/* As initscr does, whose frames of 30 KiB touch nothing on the way down. */
static int leap_over_the_end(void *unused)
{
    (void)unused;
    volatile char *end = task_current()->coroutine.stack.low;
    end[-30 * 1024] = 'x';
    return 0;
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

/*
 * Who overflows: the first task of the arena, or one in the middle of its neighbours
 */

struct attempt {
    const char *guard;
    int (*way)(void *unused);
    bool middle;
    size_t neighbours, stack_size;
};

static int wait_there(void *unused)
{
    (void)unused;
    return task_sleep(INFINITY);
}

static int overflow_when_all_wait(void *argument)
{
    const struct attempt *attempt = argument;
    for (int i = 0; i < 3; i++)
        task_yield();
    return attempt->way(NULL);
}

static int spawn_neighbours(struct scope *scope, const struct attempt *attempt)
{
    struct task_options options = {.stack_size = attempt->stack_size};
    int error = 0;
    for (size_t i = 0; i < attempt->neighbours && !error; i++)
        error = scope_spawn_with(scope, "neighbour", wait_there, NULL, options);
    return error;
}

static int overflow_among(void *argument)
{
    struct attempt *attempt = argument;
    if (!attempt->middle)
        return attempt->way(NULL);
    struct task_options options = {.stack_size = attempt->stack_size};
    struct scope scope;
    scope_enter(&scope);
    int error = spawn_neighbours(&scope, attempt);
    if (!error)
        error = scope_spawn_with(&scope, "digger", overflow_when_all_wait, attempt, options);
    if (!error)
        error = spawn_neighbours(&scope, attempt);
    return scope_leave(&scope, error ? error : scope_join(&scope));
}

static void run_attempt(void *argument)
{
    struct attempt *attempt = argument;
    uv_loop_t loop;
    setenv("STACK_GUARD", attempt->guard, 1);
    if (loop_init(&loop) == 0)
        task_run(&loop, "main", overflow_among, attempt);
}

/* It died, and said who it was, in one line. */
static void is_named(struct attempt attempt, int number)
{
    char expected[256], *errors;
    size_t size = attempt.stack_size ? attempt.stack_size : STACK_SIZE;
    int status = run_apart(run_attempt, &attempt, &errors);
    snprintf(expected, sizeof expected,
        "task %s: its stack of %zu bytes overflowed; scope_spawn_with gives it a larger one "
        "(.stack_size)\n",
        attempt.middle ? "digger" : "main", size);
    bool by_the_sanitizer = SANITIZED && status != 0 && *errors;
    if (!by_the_sanitizer && (status != 128 + number || strcmp(errors, expected) != 0))
        ck_abort_msg("%s: status %d, and it said\n%.1000s\ninstead of\n%s", attempt.guard, status,
            errors, expected);
    free(errors);
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
 * With another loop in another thread, which began before this one and ends before the overflow
 */

static sem_t other_runs, other_may_end;

static int run_until_told(void *unused)
{
    (void)unused;
    sem_post(&other_runs);
    sem_wait(&other_may_end);
    return 0;
}

static void *run_other_loop(void *unused)
{
    uv_loop_t loop;
    if (loop_init(&loop) == 0)
        task_run(&loop, "other", run_until_told, unused);
    loop_close(&loop);
    return NULL;
}

static int overflow_after_the_other(void *other)
{
    sem_post(&other_may_end);
    pthread_join(*(pthread_t *)other, NULL);
    return recurse_without_end(NULL);
}

static void run_beside_another(void *unused)
{
    (void)unused;
    pthread_t other;
    uv_loop_t loop;
    sem_init(&other_runs, 0, 0);
    sem_init(&other_may_end, 0, 0);
    pthread_create(&other, NULL, run_other_loop, NULL);
    sem_wait(&other_runs);
    if (loop_init(&loop) == 0)
        task_run(&loop, "main", overflow_after_the_other, &other);
}

START_TEST(of_one_loop_of_two)
{
    char *errors;
    ck_assert_int_ne(run_apart(run_beside_another, NULL, &errors), 0);
    ck_assert(SANITIZED || strncmp(errors, "task main: its stack of ", 24) == 0);
    free(errors);
}
END_TEST

/*
 * Not a task
 */

static void recurse_in_a_callback(void *unused)
{
    recurse_without_end(unused);
}

static int let_a_callback_overflow(void *unused)
{
    (void)unused;
    loop_call_soon(task_loop(), recurse_in_a_callback, NULL);
    return task_sleep(INFINITY);
}

/* The stack is the process' own, which ulimit -s enlarges: no task is to be blamed. */
START_TEST(of_a_callback)
{
    char *errors;
    struct attempt attempt = {"install", let_a_callback_overflow, false, 0, 0};
    int status = run_apart(run_attempt, &attempt, &errors);
    if (SANITIZED)
        ck_assert_int_ne(status, 0);
    else
        ck_assert_int_eq(status, 128 + SIGSEGV);
    ck_assert_ptr_null(strstr(errors, "task"));
    free(errors);
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

/*
 * The program's own handler of crashes
 */

static void on_crash(int number)
{
    (void)number;
    _exit(33);
}

static int use_a_wild_pointer(void *unused)
{
    (void)unused;
    volatile int *volatile wild = (volatile int *)8;
    *wild = 1;
    return 0;
}

static int send_itself_the_signal(void *unused)
{
    (void)unused;
    return raise(SIGSEGV);
}

static void crash_with_a_handler(void *way)
{
    uv_loop_t loop;
    signal(SIGSEGV, on_crash);
    if (loop_init(&loop) == 0)
        task_run(&loop, "main", *(int (**)(void *))way, NULL);
}

START_TEST(a_handler_from_before_is_called)
{
    int (*crashes[])(void *) = {use_a_wild_pointer, send_itself_the_signal, recurse_without_end};
    if (memory_is_shadowed())
        return; /* a sanitizer or Valgrind reports a crash itself */
    for (size_t i = 0; i < sizeof(crashes) / sizeof(*crashes); i++) {
        char *errors;
        ck_assert_int_eq(run_apart(crash_with_a_handler, &crashes[i], &errors), 33);
        if (crashes[i] == recurse_without_end)
            ck_assert_ptr_nonnull(strstr(errors, "task main: its stack of"));
        free(errors);
    }
}
END_TEST

int main(void)
{
    return run_suite("overflow",
        (struct test_group[]){
            {"task", (const TTest *const[]){of_the_first_task, of_one_in_the_middle,
                         of_any_place_in_the_arena, of_a_large_stack, of_one_loop_of_two, NULL}},
            {"canary", (const TTest *const[]){into_a_neighbour_and_back, past_a_canary_that_lives,
                           a_leap_over_the_canary_harms_no_other_task, NULL}},
            {"handler", (const TTest *const[]){a_handler_from_before_is_called, NULL}},
            {"callback", (const TTest *const[]){of_a_callback, NULL}},
            {"many", (const TTest *const[]){a_hundred_thousand_by_install,
                         a_hundred_thousand_by_mprotect, a_hundred_thousand_by_canary, NULL}},
            {NULL, NULL}});
}
