/*
 * The stacks of coroutines: slots of one size in one reserved arena.
 *
 *     │ guard, 64 KiB │ stack, 64 KiB ◀── grows down │ guard │ stack │ ...
 *     low - STACK_GUARD_SIZE    low              top
 *
 * A stack uses memory only for the pages that were touched. Below it lies a guard: a task that
 * overflows its stack ends the program instead of writing to another task's stack. The guard is
 * large because a function with a large frame may jump over pages without touching them: initscr of
 * ncurses jumps 30 KiB at a time, fnmatch 10 KiB.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#if __has_feature(thread_sanitizer) && !defined(__SANITIZE_THREAD__)
#define __SANITIZE_THREAD__ 1
#endif
#endif

#if defined(__SANITIZE_ADDRESS__)
#define STACK_SIZE ((size_t)256 * 1024) /* the red zones around each variable take room */
#else
#define STACK_SIZE ((size_t)64 * 1024)
#endif
#define STACK_GUARD_SIZE ((size_t)64 * 1024)

/* How an overflow is noticed. */
enum stack_guard {
    GUARD_INSTALL,  /* MADV_GUARD_INSTALL, Linux 6.13 on: a guard that splits no mapping */
    GUARD_MPROTECT, /* pages without access; each guard costs two of vm.max_map_count */
    GUARD_CANARY,   /* known bytes just below the stack, checked when the coroutine suspends */
};

struct stack {
    char *low;     /* the lowest address that may be used; the guard lies below it */
    char *top;     /* the stack begins here and grows down */
    uint32_t size; /* the requested size; the stack may be a little larger */
    enum stack_guard guard : 2;
    unsigned valgrind : 30; /* Valgrind's number for it */
};

struct stack_arena {
    char *base;
    size_t slots, used; /* used: those that have ever been handed out, and walls */
    size_t capacity;    /* how many stacks of STACK_SIZE there can be at once */
    size_t walls;
    size_t dumped;                 /* slots that a core file includes */
    struct stack *free, *end;      /* last in, first out: the next one is still in the cache */
    struct stack *warm;            /* the first free stack that still holds memory, or end */
    enum stack_guard guard;        /* for the next slot that is used for the first time */
    size_t guards[3];              /* the number of stacks with each kind of guard */
    void (*grown)(void *argument); /* called when stack_arena_trim has work to do; or NULL */
    void *argument;
};

/* Reserves the arena. The environment variable STACK_GUARD (install, mprotect, canary) can choose a
 * weaker guard than the best one. Returns 0 or UV_ENOMEM. */
int stack_arena_init(struct stack_arena *arena);

/* Gives all memory back. No stack may be in use. */
void stack_arena_release(struct stack_arena *arena);

/* Hands out a stack of STACK_SIZE bytes or, for a larger size, one with a mapping of its own.
 * Returns 0 or UV_ENOMEM. */
int stack_acquire(struct stack_arena *arena, size_t size, struct stack *stack);

/* Takes a stack back; no coroutine may be on it. */
void stack_release(struct stack_arena *arena, struct stack stack);

/* Returns memory of free stacks to the system, a part at a time, while more free stacks hold memory
 * than stacks are in use. Returns the milliseconds after which to call it again; 0: not until grown
 * is called. */
uint64_t stack_arena_trim(struct stack_arena *arena);

/* Returns whether the canary is intact and pointer, where the coroutine uses the stack now, lies
 * inside the stack. A canary does not detect a function whose frame jumps over it, and which
 * returns before the check. Such a frame does no harm while it stays within STACK_GUARD_SIZE,
 * because no other stack uses the memory below the canary. */
bool stack_canary_is_intact(const struct stack *stack, const void *pointer);
static inline bool stack_is_whole(const struct stack *stack, const void *pointer)
{
    return stack->guard != GUARD_CANARY || stack_canary_is_intact(stack, pointer);
}

/* Returns whether an access to the address, which the processor refused, was an overflow of the
 * stack. With canaries, the overflow runs over neighboring stacks until it reaches the next
 * wall. pointer is the stack pointer then, or NULL if it is not known: if it is below the stack, a
 * frame larger than the guard has jumped over the guard. */
bool stack_overflowed(const struct stack *stack, const void *address, const void *pointer);

__END_DECLS
