/*
 * The switch in portable C: for processors without a .S file here, and as a first version to read.
 * It is about sixty times slower, because swapcontext also switches the signal mask, with a system
 * call, and we need another to undo that.
 */
#include "common/coroutine/switch.h"

#if defined(SWITCH_UCONTEXT) || !(defined(__x86_64__) || defined(__aarch64__))
#include <signal.h>
#include <stdint.h>
#include <ucontext.h>

/* Lies at the top of a new stack. */
struct start {
    ucontext_t context;
    void (*entry)(void *argument);
    void *argument;
};

/* makecontext can only pass ints, so the pointer is split into two. */
static void start_context(unsigned high, unsigned low)
{
    struct start *start = (struct start *)((uintptr_t)high << 16 << 16 | low);
    start->entry(start->argument);
}

void *switch_prepare(void *low, void *top, void (*entry)(void *argument), void *argument)
{
    uintptr_t place = ((uintptr_t)top - sizeof(struct start)) & ~(uintptr_t)63;
    struct start *start = (struct start *)place;
    getcontext(&start->context);
    start->entry = entry;
    start->argument = argument;
    start->context.uc_stack.ss_sp = low;
    start->context.uc_stack.ss_size = place - (uintptr_t)low;
    start->context.uc_link = NULL;
    makecontext(&start->context, (void (*)(void))start_context, 2, (unsigned)(place >> 16 >> 16),
        (unsigned)place);
    return &start->context;
}

// #region switch_to
/* The context of a suspended coroutine lies on the coroutine's own stack, where it stopped. */
void switch_to(void **save, void *pointer)
{
    ucontext_t here, *there = pointer;
    *save = &here;
    /* The signal mask belongs to the thread: the switch must not change it. */
    pthread_sigmask(SIG_BLOCK, NULL, &there->uc_sigmask);
    swapcontext(&here, there);
}
// #endregion switch_to

void switch_over(void **save, void *pointer)
{
    switch_to(save, pointer);
}
#endif
