/*
 * Coroutines: functions that can be suspended in the middle and resumed there. What Python's yield
 * does, with a stack for each, so that any function called from one may suspend it too.
 *
 * A coroutine knows no loop: it runs when somebody resumes it, and suspending returns there.
 *
 *     main      coroutine_resume ──▶ │ runs │ coroutine_suspend ──▶ back in main
 */
#pragma once

#include "common/coroutine/stack.h"

struct coroutine {
    void *pointer; /* where it is suspended: its stack pointer */
    void *resumer; /* where who resumed it goes on */
    struct stack stack;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    void (*entry)(void *argument);
    void *argument;
#endif
#if defined(__SANITIZE_ADDRESS__)
    void *fake_stack, *resumer_fake_stack;
    const void *resumer_low;
    size_t resumer_size;
    bool transferred; /* it is not its resumer that it arrives from */
#elif defined(__SANITIZE_THREAD__)
    void *fiber, *resumer_fiber;
#endif
};

/* Makes a coroutine on the stack, which it uses until coroutine_end; the first resume calls
 * entry(argument). entry must not return: the last thing it does is coroutine_finish. */
void coroutine_begin(
    struct coroutine *coroutine, struct stack stack, void (*entry)(void *argument), void *argument);

/* Runs it from where it was suspended until it suspends again. Not from inside itself. */
void coroutine_resume(struct coroutine *coroutine);

/* Suspends the coroutine that runs, and lets the resumer go on. */
void coroutine_suspend(struct coroutine *coroutine);

/* The same for the last time: it will not be resumed. (Not _Noreturn: before a call of such a
 * function ASan uses the stack below, where LOOP_DEBUG still looks for what was left open.) */
void coroutine_finish(struct coroutine *coroutine);

/* Suspends the coroutine that runs and goes on in another one that is suspended, without the way
 * through the resumer, who goes on when that one suspends. */
void coroutine_transfer(struct coroutine *from, struct coroutine *to);

/* Forgets one that is suspended and will not be resumed. Its stack may then be released. */
void coroutine_end(struct coroutine *coroutine);

/* Where a suspended coroutine is: the return addresses of its calls, the innermost first, at most
 * so many. Returns their count; 0 with ucontext. Needs frame pointers, and stops where there are
 * none. */
size_t coroutine_calls(const struct coroutine *coroutine, void *calls[], size_t most);
