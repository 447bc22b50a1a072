/*
 * What the suites of coroutines and stacks share: coroutines on stacks of an arena of their own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/coroutine.h"
#include "support_runtime.h"

/* A coroutine and what its function has to know. */
struct routine {
    struct coroutine coroutine;
    void (*body)(struct routine *self);
    struct routine *other;
    uint64_t number;
    bool ended;
};

/* Begins a coroutine whose body is the function, on a stack of the usual size or of this one; and
 * ends it, whether its body has ended or not. */
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
