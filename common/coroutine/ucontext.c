/*
 * The switch in portable C: for processors without a .S file here, and for readers, who may start
 * with it. It is some sixty times slower, because swapcontext also switches the signal mask, with a
 * system call.
 */
#include "common/coroutine/switch.h"

#if defined(SWITCH_UCONTEXT) || !(defined(__x86_64__) || defined(__aarch64__))
#include <stdint.h>
#include <ucontext.h>

/* At the top of a new stack. */
struct start {
    ucontext_t context;
    void (*entry)(void *argument);
    void *argument;
};

/* makecontext passes ints, and a pointer takes two. */
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
/* A suspended context lies on its own stack, just where it stopped. */
void switch_to(void **save, void *pointer)
{
    ucontext_t here;
    *save = &here;
    swapcontext(&here, pointer);
}
// #endregion switch_to

void switch_over(void **save, void *pointer)
{
    switch_to(save, pointer);
}
#endif
