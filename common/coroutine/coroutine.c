#include "common/coroutine.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/coroutine/switch.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#elif defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#include <signal.h>
#include <time.h>
#endif

/*
 * Sanitizers follow the stack pointer, so they have to be told of each switch: just before it, with
 * the destination, and just after it.
 */

#if defined(__SANITIZE_ADDRESS__)
/* Keeps local variables on the coroutine's own stack, where LOOP_DEBUG looks for handles that an
 * ended task has left open. GCC 13 and Clang 15 would by default keep them elsewhere, and free them
 * with the task. */
const char *__asan_default_options(void) __attribute__((weak));
const char *__asan_default_options(void)
{
    return "detect_stack_use_after_return=0";
}
#elif defined(__SANITIZE_THREAD__)
/* ThreadSanitizer keeps a signal that interrupts a fiber until the fiber calls a function that it
 * intercepts, such as time. It would forget the signal if the fiber ended first. */
static void switch_to_fiber(void *fiber)
{
    time(NULL);
    __tsan_switch_to_fiber(fiber, 0);
}
#endif

static inline void before_resume(struct coroutine *coroutine)
{
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&coroutine->resumer_fake_stack, coroutine->stack.low,
        (size_t)(coroutine->stack.top - coroutine->stack.low));
#elif defined(__SANITIZE_THREAD__)
    coroutine->resumer_fiber = __tsan_get_current_fiber();
    switch_to_fiber(coroutine->fiber);
#else
    (void)coroutine;
#endif
}

static inline void after_resume(struct coroutine *coroutine)
{
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(coroutine->resumer_fake_stack, NULL, NULL);
#else
    (void)coroutine;
#endif
}

static inline void before_suspend(struct coroutine *coroutine)
{
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(
        &coroutine->fake_stack, coroutine->resumer_low, coroutine->resumer_size);
#elif defined(__SANITIZE_THREAD__)
    switch_to_fiber(coroutine->resumer_fiber);
#else
    (void)coroutine;
#endif
}

/* The coroutine will not run again, so this makes ASan free its fake stack. */
static inline void before_finish(struct coroutine *coroutine)
{
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(NULL, coroutine->resumer_low, coroutine->resumer_size);
#else
    before_suspend(coroutine);
#endif
}

static inline void after_suspend(struct coroutine *coroutine)
{
#if defined(__SANITIZE_ADDRESS__)
    const void *low;
    size_t size;
    __sanitizer_finish_switch_fiber(coroutine->fake_stack, &low, &size);
    if (!coroutine->transferred) {
        coroutine->resumer_low = low;
        coroutine->resumer_size = size;
    }
    coroutine->transferred = false;
#else
    (void)coroutine;
#endif
}

static inline void before_transfer(struct coroutine *from, struct coroutine *to)
{
#if defined(__SANITIZE_ADDRESS__)
    to->resumer_low = from->resumer_low;
    to->resumer_size = from->resumer_size;
    to->transferred = true;
    __sanitizer_start_switch_fiber(
        &from->fake_stack, to->stack.low, (size_t)(to->stack.top - to->stack.low));
#elif defined(__SANITIZE_THREAD__)
    to->resumer_fiber = from->resumer_fiber;
    switch_to_fiber(to->fiber);
#else
    (void)from;
    (void)to;
#endif
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
/* The sanitizer has to be told of the first switch to a coroutine, too. */
static void start(void *argument)
{
    struct coroutine *coroutine = argument;
    after_suspend(coroutine);
    coroutine->entry(coroutine->argument);
    abort();
}
#endif

void coroutine_begin(
    struct coroutine *coroutine, struct stack stack, void (*entry)(void *argument), void *argument)
{
    *coroutine = (struct coroutine){.stack = stack};
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    coroutine->entry = entry;
    coroutine->argument = argument;
    entry = start;
    argument = coroutine;
#endif
#if defined(__SANITIZE_ADDRESS__)
    __asan_unpoison_memory_region(stack.low, (size_t)(stack.top - stack.low));
#elif defined(__SANITIZE_THREAD__)
    coroutine->fiber = __tsan_create_fiber(0);
#endif
    coroutine->pointer = switch_prepare(stack.low, stack.top, entry, argument);
}

// #region resume
void coroutine_resume(struct coroutine *coroutine)
{
    before_resume(coroutine);
    switch_to(&coroutine->pointer, coroutine->pointer);
    after_resume(coroutine);
}

void coroutine_suspend(struct coroutine *coroutine)
{
    before_suspend(coroutine);
    switch_to(&coroutine->pointer, coroutine->pointer);
    after_suspend(coroutine);
}
// #endregion resume

void coroutine_finish(struct coroutine *coroutine)
{
    before_finish(coroutine);
    switch_to(&coroutine->pointer, coroutine->pointer);
    abort();
}

void coroutine_transfer(struct coroutine *from, struct coroutine *to)
{
    void *pointer = to->pointer;
    to->pointer = from->pointer; /* the resumer's */
    before_transfer(from, to);
    switch_over(&from->pointer, pointer);
    after_suspend(from);
}

void coroutine_end(struct coroutine *coroutine)
{
#if defined(__SANITIZE_THREAD__)
    /* ThreadSanitizer makes the fiber the current one while it destroys it, and a signal of that
     * moment is lost with it. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    __tsan_destroy_fiber(coroutine->fiber);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
#endif
    coroutine->pointer = NULL;
}

#if defined(SWITCH_UCONTEXT)
#define FRAME_POINTER 0
#elif defined(__x86_64__)
#define FRAME_POINTER 5 /* where switch_to saves it, in words from the stack pointer */
#elif defined(__aarch64__)
#define FRAME_POINTER 10
#else
#define FRAME_POINTER 0
#endif

static bool is_frame(const struct stack *stack, void *const *frame)
{
    uintptr_t place = (uintptr_t)frame;
    return place % sizeof(*frame) == 0 && place >= (uintptr_t)stack->low &&
           place <= (uintptr_t)stack->top - 2 * sizeof(*frame);
}

/* Code without frame pointers may have left any number in their register, which may lead to memory
 * that AddressSanitizer forbids. */
__attribute__((no_sanitize("address"))) size_t coroutine_calls(
    const struct coroutine *coroutine, void *calls[], size_t max)
{
    size_t count = 0;
    if (!FRAME_POINTER || !coroutine->pointer)
        return 0;
    /* Each frame begins with the caller's frame pointer and the return address. */
    void **frame = ((void **)coroutine->pointer)[FRAME_POINTER];
    while (count < max && is_frame(&coroutine->stack, frame)) {
        calls[count++] = frame[1];
        frame = frame[0];
    }
    return count;
}
