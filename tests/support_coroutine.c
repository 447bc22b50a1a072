#include "support_coroutine.h"

#include <stdlib.h>

void routine_suspend(struct routine *self)
{
    coroutine_suspend(&self->coroutine);
}

void routine_resume(struct routine *routine)
{
    coroutine_resume(&routine->coroutine);
}

static void run_body(void *argument)
{
    struct routine *self = argument;
    self->body(self);
    self->ended = true;
    routine_suspend(self);
}

void routine_begin_large(struct stack_arena *arena, size_t size, struct routine *routine,
    void (*body)(struct routine *self), uint64_t number)
{
    struct stack stack;
    if (stack_acquire(arena, size, &stack) != 0)
        ck_abort_msg("no stack");
    *routine = (struct routine){.body = body, .number = number};
    coroutine_begin(&routine->coroutine, stack, run_body, routine);
}

void routine_begin(struct stack_arena *arena, struct routine *routine,
    void (*body)(struct routine *self), uint64_t number)
{
    routine_begin_large(arena, 0, routine, body, number);
}

void routine_end(struct stack_arena *arena, struct routine *routine)
{
    coroutine_end(&routine->coroutine);
    stack_release(arena, routine->coroutine.stack);
}

struct stack_arena new_arena(void)
{
    struct stack_arena arena;
    ck_assert_int_eq(stack_arena_init(&arena), 0);
    return arena;
}

struct stack_arena arena_with_guard(const char *name)
{
    setenv("STACK_GUARD", name, 1);
    return new_arena();
}
