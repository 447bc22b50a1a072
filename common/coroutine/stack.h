/*
 * The stacks of coroutines: slots of one size in one reserved arena.
 *
 *     │ guard, 64 KiB │ stack, 64 KiB ◀── grows down │ guard │ stack │ ...
 *     low - STACK_GUARD_SIZE    low              top
 *
 * A stack costs memory only where it has been touched. Below it lies a guard: a task that runs over
 * its stack ends the program instead of writing to another task's stack. The guard is larger than
 * any frame that a library in use has without touching each page of it on the way down: initscr of
 * ncurses leaps 30 KiB at a time, fnmatch 10.
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
    char *low;   /* the lowest address that may be used; the guard lies below it */
    char *top;   /* the stack begins here and grows down */
    size_t size; /* bytes that were asked for; a little more may be there */
    enum stack_guard guard;
    unsigned valgrind; /* by which number Valgrind knows it */
};

struct stack_arena {
    char *base;
    size_t slots, used; /* used: those that have ever been handed out, and walls */
    size_t capacity;    /* how many stacks of a slot there can be at once */
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

/* Hands out a stack of STACK_SIZE bytes or, for a larger size, one with a mapping of its own.
 * Returns 0 or UV_ENOMEM. */
int stack_acquire(struct stack_arena *arena, size_t size, struct stack *stack);

/* Takes a stack back; no coroutine may be on it. */
void stack_release(struct stack_arena *arena, struct stack stack);

/* Gives the memory of free stacks back, a part at a time, while more of them hold some than are in
 * use. Returns after how many milliseconds to do that again; 0: not before the arena has grown. */
uint64_t stack_arena_trim(struct stack_arena *arena);

/* Returns whether the canary is intact and pointer, where the coroutine uses the stack now, lies
 * inside the stack. A canary cannot catch a frame that leaps over it, writes below, and has
 * returned by the time of the check. Such a frame does no harm while it stays within
 * STACK_GUARD_SIZE: below the canary lies memory that no other stack uses. */
bool stack_canary_lives(const struct stack *stack, const void *pointer);
static inline bool stack_is_whole(const struct stack *stack, const void *pointer)
{
    return stack->guard != GUARD_CANARY || stack_canary_lives(stack, pointer);
}

/* Returns whether an access to the address, which the processor refused, was an overflow of the
 * stack. A stack with a canary has run over its neighbors until the next wall stopped it. */
bool stack_overflowed(const struct stack *stack, const void *address);

__END_DECLS
