#include "common/coroutine/stack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <uv.h>

#include "common/text/environment.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define UNPOISON(memory, size) __asan_unpoison_memory_region(memory, size)
#else
#define UNPOISON(memory, size) ((void)0)
#endif

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#else
#define RUNNING_ON_VALGRIND 0
#define VALGRIND_STACK_REGISTER(low, high) 0
#define VALGRIND_STACK_DEREGISTER(number) ((void)0)
#define VALGRIND_MAKE_MEM_NOACCESS(memory, size) ((void)0)
#define VALGRIND_MAKE_MEM_UNDEFINED(memory, size) ((void)0)
#endif

#ifndef MADV_GUARD_INSTALL /* newer than the C library's headers */
#define MADV_GUARD_INSTALL 102
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif
#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

#if defined(__x86_64__)
#define PAGE ((size_t)4 * 1024)
#else
#define PAGE ((size_t)16 * 1024) /* the largest page size that we know of */
#endif
/* The extra page makes the number of pages odd. If it were a multiple of 4, the same depth in each
 * stack would fall into a quarter of the TLB's sets: yield_1000 would take 4 % longer. */
#define SLOT (STACK_GUARD_SIZE + STACK_SIZE + PAGE)
/* At most 36 GiB of address space, not of memory; 576 MiB on 32-bit systems. */
#define ARENA_SLOTS ((size_t)1 << (sizeof(void *) == 8 ? 18 : 12))
#define MIN_ARENA_SLOTS ((size_t)64)
#define SLOTS_DUMPED ((size_t)64) /* core files include the arena in steps of this size */
/* Linux allows 65,530 mappings by default (vm.max_map_count), and each guard takes two. This number
 * leaves enough for the walls among all other slots, and for the program's own mappings. */
#define MAX_MPROTECT ((size_t)12 * 1024)

/* Among stacks with canaries, one slot in each MiB is a wall that cannot be accessed. It stops an
 * endless recursion, or a frame of 1 MiB, which would otherwise run through the whole arena. */
#define WALL_EVERY (((size_t)1 << 20) / SLOT)
#define CANARY_SIZE 64 /* a cache line, so a check costs no more than that of a word */
static const char canary[CANARY_SIZE] =
    "The canary sings while nobody has run over the end of a stack.";

/* Slots lie at multiples of their size, so the same depth in each stack would fall into the same
 * cache set. Shifting the tops by a few cache lines spreads them: without that, a thousand tasks
 * that yield in turn take about 10 % longer (yield_1000 of make bench-runtime). Each slot has one
 * extra page, which makes room for the shift. */
#define COLORS 16
#define COLOR ((size_t)64)

/* At least KEPT free stacks keep their memory, however few are in use. One call of stack_arena_trim
 * frees the memory of at most TRIMMED_AT_ONCE, which takes a millisecond or two. */
#define KEPT ((size_t)256)
#define TRIMMED_AT_ONCE 1024
#define TRIM_AGAIN 100 /* milliseconds */
#define TRIM_LATER 1000

static enum stack_guard chosen_guard(void)
{
    if (sysconf(_SC_PAGESIZE) > (long)STACK_GUARD_SIZE)
        return GUARD_CANARY;
    static const char *const names[] = {[GUARD_INSTALL] = "install",
        [GUARD_MPROTECT] = "mprotect",
        [GUARD_CANARY] = "canary",
        NULL};
    return (enum stack_guard)environment_choice("STACK_GUARD", names);
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

static size_t arena_size(size_t slots)
{
    return slots * (SLOT + sizeof(struct stack));
}

/* Maps the arena. If the full one does not fit, as much must be left for threads and the heap. */
static char *map_arena(size_t slots, bool is_full)
{
    size_t size = arena_size(slots);
    char *memory = map(is_full ? size : 2 * size);
    if (memory && !is_full)
        munmap(memory + size, size);
    return memory;
}

int stack_arena_init(struct stack_arena *arena)
{
    *arena = (struct stack_arena){.guard = chosen_guard()};
    /* Under a limit on address space (ulimit -v) there are fewer stacks. */
    size_t full = RUNNING_ON_VALGRIND ? ARENA_SLOTS / 16 : ARENA_SLOTS;
    for (size_t slots = full; slots >= MIN_ARENA_SLOTS; slots /= 2) {
        arena->base = map_arena(slots, slots == full);
        if (arena->base) {
            arena->slots = slots;
            arena->capacity = slots - slots / WALL_EVERY;
            arena->free = (struct stack *)(arena->base + slots * SLOT);
            arena->end = arena->warm = arena->free;
            /* Keeps Valgrind from searching unused slots for pointers, which would take seconds. */
            VALGRIND_MAKE_MEM_NOACCESS(arena->base, slots * SLOT);
#ifdef MADV_DONTDUMP
            madvise(arena->base, slots * SLOT, MADV_DONTDUMP);
#endif
            return 0;
        }
    }
    return UV_ENOMEM;
}

void stack_arena_release(struct stack_arena *arena)
{
    if (arena->base) {
        UNPOISON(arena->base, arena->used * SLOT);
        munmap(arena->base, arena_size(arena->slots));
    }
    *arena = (struct stack_arena){0};
}

/* If this fails, the stacks above have no wall. */
static void build_wall(char *slot)
{
    mprotect(slot, SLOT, PROT_NONE);
}

/* qemu-user accepts any advice and ignores it. So the first guard is tested: a real one cannot be
 * populated. */
static bool advise_guard(const struct stack_arena *arena, char *slot)
{
    bool known_to_work = arena->guards[GUARD_INSTALL] > 0;
    return madvise(slot, STACK_GUARD_SIZE, MADV_GUARD_INSTALL) == 0 &&
           (known_to_work || madvise(slot, STACK_GUARD_SIZE, MADV_POPULATE_READ) != 0);
}

/* Guards the low end of a slot in the best way that works; one that fails is not tried again. */
static enum stack_guard install_guard(struct stack_arena *arena, char *slot)
{
    if (arena->guard == GUARD_INSTALL && advise_guard(arena, slot))
        return GUARD_INSTALL;
    if (arena->guard == GUARD_INSTALL)
        arena->guard = GUARD_MPROTECT;
    bool may_protect =
        arena->guard == GUARD_MPROTECT && arena->guards[GUARD_MPROTECT] < MAX_MPROTECT;
    if (may_protect && mprotect(slot, STACK_GUARD_SIZE, PROT_NONE) == 0)
        return GUARD_MPROTECT;
    arena->guard = GUARD_CANARY;
    return GUARD_CANARY;
}

static void set_canary(const struct stack *stack)
{
    if (stack->guard == GUARD_CANARY)
        memcpy(stack->low - CANARY_SIZE, canary, CANARY_SIZE);
}

static void prepare_stack(struct stack_arena *arena, struct stack *stack, char *slot)
{
    stack->guard = install_guard(arena, slot);
    arena->guards[stack->guard]++;
    set_canary(stack);
    stack->valgrind = VALGRIND_STACK_REGISTER(stack->low, stack->top);
}

/* Core files leave out the slots that were never used, which would add 36 GiB of zeros to each. */
static void dump_more(struct stack_arena *arena)
{
#ifdef MADV_DODUMP
    madvise(arena->base + arena->dumped * SLOT, SLOTS_DUMPED * SLOT, MADV_DODUMP);
#endif
    arena->dumped += SLOTS_DUMPED;
}

/* A large stack has a mapping of its own: one slot that serves as a wall, then the guard, then the
 * stack. */
#define MAX_STACK_SIZE ((size_t)1 << 31)
#define LARGE_BELOW (SLOT + STACK_GUARD_SIZE)
static int acquire_large(struct stack_arena *arena, size_t size, struct stack *stack)
{
    if (size > MAX_STACK_SIZE)
        return UV_ENOMEM;
    stack->size = (uint32_t)size;
    size = (size + PAGE - 1) & ~(PAGE - 1);
    char *wall = map(LARGE_BELOW + size);
    if (!wall)
        return UV_ENOMEM;
    stack->low = wall + LARGE_BELOW;
    stack->top = stack->low + size;
    prepare_stack(arena, stack, wall + SLOT);
    if (stack->guard == GUARD_CANARY)
        build_wall(wall);
    return 0;
}

/* The number of stacks that hold memory: those in use, and the warm ones among the free. */
static size_t warm_stacks(const struct stack_arena *arena)
{
    return arena->used - arena->walls - (size_t)(arena->warm - arena->free);
}

/* Acquires a stack that holds no memory: one that was trimmed, or one that was never used. */
static int acquire_cold(struct stack_arena *arena, struct stack *stack)
{
    if (arena->end > arena->free) {
        *stack = *--arena->end;
        arena->warm = arena->end;
        set_canary(stack);
    } else {
        /* The first slot is a wall, whatever guards the others. */
        if (arena->used == 0 || (arena->guard == GUARD_CANARY && arena->used % WALL_EVERY == 0)) {
            build_wall(arena->base + arena->used++ * SLOT);
            arena->walls++;
        }
        if (arena->used >= arena->slots)
            return UV_ENOMEM;
        size_t index = arena->used++;
        if (index >= arena->dumped)
            dump_more(arena);
        char *slot = arena->base + index * SLOT;
        stack->size = STACK_SIZE;
        stack->low = slot + STACK_GUARD_SIZE;
        stack->top = slot + SLOT - index % COLORS * COLOR;
        VALGRIND_MAKE_MEM_UNDEFINED(stack->low - CANARY_SIZE, CANARY_SIZE + STACK_SIZE + PAGE);
        prepare_stack(arena, stack, slot);
    }
    if (arena->grown && warm_stacks(arena) > KEPT)
        arena->grown(arena->argument);
    return 0;
}

int stack_acquire(struct stack_arena *arena, size_t size, struct stack *stack)
{
    if (size > STACK_SIZE)
        return acquire_large(arena, size, stack);
    if (arena->end == arena->warm)
        return acquire_cold(arena, stack);
    *stack = *--arena->end;
    return 0;
}

void stack_release(struct stack_arena *arena, struct stack stack)
{
    size_t size = (size_t)(stack.top - stack.low);
    UNPOISON(stack.low, size);
    if (stack.size > STACK_SIZE) {
        arena->guards[stack.guard]--;
        VALGRIND_STACK_DEREGISTER(stack.valgrind);
        munmap(stack.low - LARGE_BELOW, LARGE_BELOW + size);
        return;
    }
    *arena->end++ = stack;
}

uint64_t stack_arena_trim(struct stack_arena *arena)
{
    size_t in_use = arena->used - arena->walls - (size_t)(arena->end - arena->free);
    size_t wanted = in_use + (in_use > KEPT ? in_use : KEPT);
    char *from = NULL, *to = NULL;
    for (int i = 0; i < TRIMMED_AT_ONCE && warm_stacks(arena) > wanted; i++) {
        char *slot = (arena->warm++)->low - STACK_GUARD_SIZE;
        if (slot + SLOT == from || slot == to) {
            /* Neighbors are trimmed in one call: one by one, each would take six times as long. */
            from = slot < from ? slot : from;
            to = slot == to ? slot + SLOT : to;
            continue;
        }
        madvise(from, (size_t)(to - from), MADV_DONTNEED); /* the guards stay */
        from = slot;
        to = slot + SLOT;
    }
    madvise(from, (size_t)(to - from), MADV_DONTNEED);
    if (warm_stacks(arena) > wanted)
        return TRIM_AGAIN;
    return warm_stacks(arena) > KEPT ? TRIM_LATER : 0;
}

bool stack_canary_is_intact(const struct stack *stack, const void *pointer)
{
    const char *used = pointer;
    bool inside = used >= stack->low && used <= stack->top;
    return inside && memcmp(stack->low - CANARY_SIZE, canary, CANARY_SIZE) == 0;
}

/* A stack pointer further below a stack is on another stack, such as a signal handler's. */
#define MAX_JUMP ((size_t)8 << 20)

static bool is_just_below(const struct stack *stack, const void *address, size_t distance)
{
    uintptr_t place = (uintptr_t)address, low = (uintptr_t)stack->low;
    return place >= low - distance && place < low;
}

bool stack_overflowed(const struct stack *stack, const void *address, const void *pointer)
{
    size_t below = stack->guard == GUARD_CANARY ? WALL_EVERY * SLOT : STACK_GUARD_SIZE;
    return is_just_below(stack, address, below) || is_just_below(stack, pointer, MAX_JUMP);
}
