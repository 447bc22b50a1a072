#include "common/coroutine/stack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <uv.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define UNPOISON(memory, size) __asan_unpoison_memory_region(memory, size)
#else
#define UNPOISON(memory, size) ((void)0)
#endif

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#define VALGRIND_STACK_REGISTER(low, high) ((void)0)
#endif

#ifndef MADV_GUARD_INSTALL /* newer than the C library's headers */
#define MADV_GUARD_INSTALL 102
#endif
#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

#define ARENA_SLOTS ((size_t)1 << 18) /* 16 GiB of addresses, no memory */
#define ARENA_SLOTS_LEAST ((size_t)64)
#define SLOTS_DUMPED ((size_t)64) /* what core files have of the arena grows by so many */
#define GUARD_SIZE ((size_t)4096)
/* Half of Linux' usual vm.max_map_count, 65,530: the other half stays with the program. */
#define MPROTECT_MOST ((size_t)16 * 1024)

/* Stacks lie at multiples of their size, so the same depth in each falls into the same cache set.
 * Tops that differ by some lines spread them. */
#define COLOURS 16
#define COLOUR ((size_t)64)

/* A stack that waits for its next use, at its own top. */
struct free_stack {
    struct free_stack *next;
    struct stack stack;
};

static enum stack_guard chosen_guard(void)
{
    if (sysconf(_SC_PAGESIZE) > (long)GUARD_SIZE)
        return GUARD_CANARY; /* a page would be a large part of the slot */
    const char *name = getenv("STACK_GUARD");
    if (name && strcmp(name, "mprotect") == 0)
        return GUARD_MPROTECT;
    if (name && strcmp(name, "canary") == 0)
        return GUARD_CANARY;
    return GUARD_INSTALL;
}

static void *map(size_t size)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
#ifdef MADV_NOHUGEPAGE
    madvise(memory, size, MADV_NOHUGEPAGE); /* one touched page must not cost 2 MiB */
#endif
    return memory;
}

int stack_arena_init(struct stack_arena *arena)
{
    *arena = (struct stack_arena){.guard = chosen_guard()};
    /* A limit on addresses (ulimit -v) gives fewer stacks, not none. */
    size_t slots = RUNNING_ON_VALGRIND ? ARENA_SLOTS / 16 : ARENA_SLOTS;
    for (; slots >= ARENA_SLOTS_LEAST; slots /= 2) {
        arena->base = map(slots * STACK_SLOT);
        if (arena->base) {
            /* The first slot is a wall, whatever guards the others. */
            mprotect(arena->base, STACK_SLOT, PROT_NONE);
            arena->slots = slots;
            arena->used = 1;
#ifdef MADV_DONTDUMP
            madvise(arena->base, slots * STACK_SLOT, MADV_DONTDUMP);
#endif
            return 0;
        }
    }
    return UV_ENOMEM;
}

void stack_arena_release(struct stack_arena *arena)
{
    if (arena->base) {
        UNPOISON(arena->base, arena->used * STACK_SLOT);
        munmap(arena->base, arena->slots * STACK_SLOT);
    }
    *arena = (struct stack_arena){0};
}

/* Guards the lowest page in the best way that there is; a way that fails is not tried again. */
static enum stack_guard install_guard(struct stack_arena *arena, char *low)
{
    if (arena->guard == GUARD_INSTALL && madvise(low, GUARD_SIZE, MADV_GUARD_INSTALL) == 0)
        return GUARD_INSTALL;
    if (arena->guard == GUARD_INSTALL)
        arena->guard = GUARD_MPROTECT;
    if (arena->guard == GUARD_MPROTECT && arena->guards[GUARD_MPROTECT] < MPROTECT_MOST) {
        if (mprotect(low, GUARD_SIZE, PROT_NONE) == 0)
            return GUARD_MPROTECT;
        arena->guard = GUARD_CANARY;
    }
    return GUARD_CANARY;
}

static void prepare_stack(struct stack_arena *arena, struct stack *stack)
{
    stack->guard = install_guard(arena, stack->low);
    arena->guards[stack->guard]++;
    if (stack->guard == GUARD_CANARY)
        *(uint64_t *)stack->low = STACK_CANARY;
    VALGRIND_STACK_REGISTER(stack->low, stack->top);
}

size_t stack_arena_capacity(const struct stack_arena *arena)
{
    return arena->slots - 1; /* without the wall */
}

/* Core files leave out what was never used, or each would have 16 GiB of zeros. */
static void dump_more(struct stack_arena *arena)
{
#ifdef MADV_DODUMP
    madvise(arena->base + arena->dumped * STACK_SLOT, SLOTS_DUMPED * STACK_SLOT, MADV_DODUMP);
#endif
    arena->dumped += SLOTS_DUMPED;
}

static int acquire_large(struct stack_arena *arena, size_t size, struct stack *stack)
{
    size = (size + 2 * GUARD_SIZE - 1) & ~(GUARD_SIZE - 1);
    stack->low = map(size);
    if (!stack->low)
        return UV_ENOMEM;
    stack->top = stack->low + size;
    prepare_stack(arena, stack);
    return 0;
}

int stack_acquire(struct stack_arena *arena, size_t size, struct stack *stack)
{
    if (size > STACK_SLOT)
        return acquire_large(arena, size, stack);
    if (arena->free) {
        struct free_stack *warm = arena->free;
        arena->free = warm->next;
        *stack = warm->stack;
        return 0;
    }
    if (arena->used == arena->slots)
        return UV_ENOMEM;
    size_t index = arena->used++;
    stack->low = arena->base + index * STACK_SLOT;
    if (index >= arena->dumped)
        dump_more(arena);
    stack->top = stack->low + STACK_SLOT - index % COLOURS * COLOUR;
    prepare_stack(arena, stack);
    return 0;
}

void stack_release(struct stack_arena *arena, struct stack stack)
{
    size_t size = (size_t)(stack.top - stack.low);
    UNPOISON(stack.low, size);
    if (size > STACK_SLOT) {
        arena->guards[stack.guard]--;
        munmap(stack.low, size);
        return;
    }
    struct free_stack *released = (struct free_stack *)stack.top - 1;
    released->stack = stack;
    released->next = arena->free;
    arena->free = released;
}

size_t stack_size(const struct stack *stack)
{
    size_t size = (size_t)(stack->top - stack->low);
    return size > STACK_SLOT ? size - GUARD_SIZE : STACK_SLOT;
}

bool stack_overflowed(
    const struct stack_arena *arena, const struct stack *stack, const void *address)
{
    uintptr_t place = (uintptr_t)address, low = (uintptr_t)stack->low;
    uintptr_t from = stack->guard == GUARD_CANARY ? (uintptr_t)arena->base : low;
    return place >= from && place < low + GUARD_SIZE;
}
