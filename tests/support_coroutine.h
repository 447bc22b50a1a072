/*
 * Helpers for the suites of coroutines and stacks: coroutines on stacks of an arena of their own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/coroutine.h"
#include "support_runtime.h"

/* A coroutine and the data of its function. */
struct routine {
    struct coroutine coroutine;
    void (*body)(struct routine *self);
    struct routine *other;
    uint64_t number;
    bool ended;
};

/* Begin a coroutine with this function on a stack of the usual size, or of the given size; end it,
 * even if its function has not returned. */
void routine_begin(struct stack_arena *arena, struct routine *routine,
    void (*body)(struct routine *self), uint64_t number);
void routine_begin_large(struct stack_arena *arena, size_t size, struct routine *routine,
    void (*body)(struct routine *self), uint64_t number);
void routine_end(struct stack_arena *arena, struct routine *routine);

void routine_suspend(struct routine *self);
void routine_resume(struct routine *routine);

/* An arena with the guards that the system allows, or with these: "install", "mprotect" or
 * "canary". */
struct stack_arena new_arena(void);
struct stack_arena arena_with_guard(const char *name);
