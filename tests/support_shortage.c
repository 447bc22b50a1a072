#include "support_shortage.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_reallocarray(void *block, size_t count, size_t size);
void __real_free(void *block);
void *__real_mmap(void *address, size_t size, int access, int flags, int file, off_t offset);
int __real_munmap(void *address, size_t size);

struct memory memory;

static bool refused(void)
{
    if (!memory.armed)
        return false;
    memory.asked++;
    bool yes = memory.for_ever ? memory.refusing && memory.asked >= memory.refusing
                               : memory.asked == memory.refusing;
    if (yes)
        errno = ENOMEM;
    return yes;
}

static void *taken(void *block)
{
    if (memory.armed && block && block != MAP_FAILED) {
        if (memory.live == MOST_BLOCKS)
            abort();
        memory.blocks[memory.live++] = block;
    }
    return block;
}

static void given_back(const void *block)
{
    for (size_t i = memory.live; i-- > 0;)
        if (memory.blocks[i] == block) {
            memory.blocks[i] = memory.blocks[--memory.live];
            return;
        }
}

void *__wrap_malloc(size_t size)
{
    return refused() ? NULL : taken(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refused() ? NULL : taken(__real_calloc(count, size));
}

static void *resize(void *block, size_t size)
{
    void *resized = __real_realloc(block, size);
    if (resized)
        given_back(block);
    return resized ? taken(resized) : NULL;
}

void *__wrap_realloc(void *block, size_t size)
{
    return refused() ? NULL : resize(block, size);
}

void *__wrap_reallocarray(void *block, size_t count, size_t size)
{
    return refused() ? NULL : resize(block, count * size);
}

void __wrap_free(void *block)
{
    given_back(block);
    __real_free(block);
}

void *__wrap_mmap(void *address, size_t size, int access, int flags, int file, off_t offset)
{
    return refused() ? MAP_FAILED : taken(__real_mmap(address, size, access, flags, file, offset));
}

int __wrap_munmap(void *address, size_t size)
{
    given_back(address);
    return __real_munmap(address, size);
}

void require(bool holds, const char *condition, int line)
{
    memory.armed = memory.armed && holds;
    if (!holds)
        ck_abort_msg("line %d: %s, when allocation %zu fails", line, condition, memory.refusing);
}

void replace_allocator(void *(*libuv_realloc)(void *block, size_t size))
{
    ck_assert_int_eq(uv_replace_allocator(malloc, libuv_realloc, calloc, free), 0);
}

/*
 * A scenario again and again
 */

int run_refusing(int (*scenario)(void), size_t refusing)
{
    memory.refusing = refusing;
    memory.asked = memory.live = 0;
    memory.armed = true;
    int error = scenario();
    memory.armed = false;
    if (memory.live > 0)
        ck_abort_msg("%zu blocks are left when allocation %zu fails%s", memory.live, refusing,
            memory.for_ever ? ", and all after it" : "");
    return error;
}

void survives(int (*scenario)(void), size_t tolerated)
{
    replace_allocator(resize); /* libuv's own table grows: see above */
    run_refusing(scenario, 0); /* libuv's first loop opens a pipe that stays */
    ck_assert_int_eq(run_refusing(scenario, 0), 0);
    size_t count = memory.asked;
    ck_assert_uint_gt(count, 0);
    int descriptors = open_descriptors(0);
    for (int for_ever = 0; for_ever < 2; for_ever++) {
        size_t without = 0;
        memory.for_ever = for_ever;
        for (size_t i = 1; i <= count; i++) {
            int error = run_refusing(scenario, i);
            if (error > 0 || error == UV_ECANCELED) /* which is no failure to who is told */
                ck_abort_msg("%d, when allocation %zu fails", error, i);
            if (open_descriptors(0) != descriptors)
                ck_abort_msg("a descriptor is left when allocation %zu fails", i);
            without += error == 0;
        }
        if (without > tolerated)
            ck_abort_msg("%zu of %zu failures were told to nobody", without, count);
    }
}

int run_tasks(int (*function)(void *argument))
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (error)
        return error;
    error = task_run(&loop, "main", function, NULL);
    REQUIRE(loop_close(&loop) == 0);
    return error;
}
