/*
 * Coroutines: functions that can be suspended in the middle and resumed there. What Python's yield
 * does, with a stack for each, so that any function called from one may suspend it too.
 *
 * Coroutines are independent of the loop: a coroutine runs when another function resumes it, and
 * suspending returns to that function.
 *
 *     main      coroutine_resume ──▶ │ runs │ coroutine_suspend ──▶ back in main
 */
#pragma once

#include <sys/cdefs.h>

#include "common/coroutine/stack.h"

__BEGIN_DECLS

struct coroutine {
    void *pointer; /* its stack pointer while it is suspended, its resumer's while it runs */
    struct stack stack;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    void (*entry)(void *argument);
    void *argument;
#endif
#if defined(__SANITIZE_ADDRESS__)
    void *fake_stack, *resumer_fake_stack;
    const void *resumer_low;
    size_t resumer_size;
    bool transferred; /* another coroutine switched to it, and not its resumer */
#elif defined(__SANITIZE_THREAD__)
    void *fiber, *resumer_fiber;
#endif
};

/* Makes a coroutine that uses the stack until coroutine_end. The first resume calls
 * entry(argument), which must not return: it ends with coroutine_finish. */
void coroutine_begin(
    struct coroutine *coroutine, struct stack stack, void (*entry)(void *argument), void *argument);

/* Runs the coroutine from where it was suspended until it suspends again. It cannot resume itself.
 */
void coroutine_resume(struct coroutine *coroutine);

/* Suspends the running coroutine and continues its resumer. */
void coroutine_suspend(struct coroutine *coroutine);

/* Suspends the running coroutine for the last time. (It is not declared _Noreturn: before it calls
 * such a function, ASan overwrites the stack below, where LOOP_DEBUG still looks for open
 * handles.) */
void coroutine_finish(struct coroutine *coroutine);

/* Suspends the running coroutine and runs another directly. When that one suspends, the resumer of
 * the first continues. */
void coroutine_transfer(struct coroutine *from, struct coroutine *to);

/* Ends a suspended coroutine that will not be resumed. Its stack may then be released. */
void coroutine_end(struct coroutine *coroutine);

/* Stores the return addresses of a suspended coroutine's calls, the innermost first, and returns
 * how many there are: at most max, and 0 with ucontext. It follows frame pointers, and stops where
 * there are none. */
size_t coroutine_calls(const struct coroutine *coroutine, void *calls[], size_t max);

__END_DECLS
