#include "support_overflow.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "common/task/state.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

bool kernel_has(const char *guard)
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

volatile int limit = INT_MAX; /* what the compiler cannot know */

static __attribute__((noinline)) int recurse(int depth)
{
    volatile char frame[64];
    frame[0] = (char)depth;
    int deeper = depth < limit ? recurse(depth + 1) : 0;
    return deeper + frame[0];
}

int recurse_without_end(void *unused)
{
    (void)unused;
    return recurse(0);
}

int hold_one_megabyte(void *unused)
{
    (void)unused;
    volatile char frame[1 << 20];
    int place = limit % 7;
    frame[place] = 'x';
    return frame[place];
}

int leap_over_the_end(void *unused)
{
    (void)unused;
    volatile char *end = task_current()->coroutine.stack.low;
    end[-30 * 1024] = 'x';
    return 0;
}

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

int overflow_among(void *argument)
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

void run_attempt(void *argument)
{
    struct attempt *attempt = argument;
    uv_loop_t loop;
    setenv("STACK_GUARD", attempt->guard, 1);
    if (loop_init(&loop) == 0)
        task_run(&loop, "main", overflow_among, attempt);
}

void is_named(struct attempt attempt, int number)
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
