/*
 * The stacks of coroutines: slots of one size in one reserved arena. A stack costs memory only
 * where it has been touched, and its lowest page is a guard: running over it ends the program, not
 * its data.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#if __has_feature(thread_sanitizer) && !defined(__SANITIZE_THREAD__)
#define __SANITIZE_THREAD__ 1
#endif
#endif

#if defined(__SANITIZE_ADDRESS__)
#define STACK_SLOT ((size_t)256 * 1024) /* the red zones around each variable take room */
#else
#define STACK_SLOT ((size_t)64 * 1024)
#endif

/* How an overflow is noticed. */
enum stack_guard {
    GUARD_INSTALL,  /* MADV_GUARD_INSTALL, Linux 6.13 on: a guard that splits no mapping */
    GUARD_MPROTECT, /* a page without access; each costs two of vm.max_map_count */
    GUARD_CANARY,   /* known bytes at the low end, looked at when the coroutine suspends */
};

struct stack {
    char *low; /* the lowest address; the guard begins here */
    char *top; /* where the stack begins: it grows down */
    enum stack_guard guard;
    unsigned valgrind; /* by which number Valgrind knows it */
};

struct stack_arena {
    char *base;
    size_t slots, used; /* used: those that have ever been handed out, and walls */
    size_t walls;
    size_t dumped;            /* those that a core file has */
    struct stack *free, *end; /* last in, first out: the next one is warm; a place for each slot */
    struct stack *warm;       /* the first of the free ones that holds memory; or the end */
    enum stack_guard guard;   /* of the next slot that is used for the first time */
    size_t guards[3];         /* how many stacks have which guard */
    void (*grown)(void *argument); /* unless NULL, told that stack_arena_trim has something to do */
    void *argument;
};

/* Reserves the arena; the variable STACK_GUARD (install, mprotect, canary) in the environment
 * chooses a lesser guard than the best one. Returns 0 or UV_ENOMEM. */
int stack_arena_init(struct stack_arena *arena);

/* Gives all memory back. No stack may be in use. */
void stack_arena_release(struct stack_arena *arena);

/* How many stacks of a slot there can be at once. */
size_t stack_arena_capacity(const struct stack_arena *arena);

/* Hands out a stack: of a slot, or, for a size above STACK_SLOT, of a mapping of its own. Returns 0
 * or UV_ENOMEM. */
int stack_acquire(struct stack_arena *arena, size_t size, struct stack *stack);

/* Takes a stack back; no coroutine may be on it. */
void stack_release(struct stack_arena *arena, struct stack stack);

/* Gives the memory of free stacks back, a part at a time, while more of them hold some than are in
 * use. Returns after how many milliseconds to do that again; 0: not before the arena has grown. */
uint64_t stack_arena_trim(struct stack_arena *arena);

/* Its size in bytes, as it was asked for. */
size_t stack_size(const struct stack *stack);

/* Whether the canary, if the stack has one, is as it was, and pointer, where the stack is in use
 * now, inside the stack. What a canary cannot see: a frame larger than what is left of the stack,
 * which writes only below the canary, short of the next wall, and is gone by the time one looks. */
bool stack_canary_lives(const struct stack *stack, const void *pointer);
static inline bool stack_is_whole(const struct stack *stack, const void *pointer)
{
    return stack->guard != GUARD_CANARY || stack_canary_lives(stack, pointer);
}

/* Whether an access to the address that the processor refused was an overflow of the stack. One
 * with a canary has run over its neighbours until the next wall stopped it. */
bool stack_overflowed(const struct stack *stack, const void *address);
