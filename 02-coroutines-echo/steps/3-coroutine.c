/* A coroutine made by hand: a function that stops in the middle, and continues from there. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

// #region switch
struct coroutine {
    ucontext_t inside, outside; /* the registers of the coroutine; those of its resumer */
    void (*run)(void);
    const char *name;
    bool finished;
    char stack[64 * 1024];
};

static struct coroutine *current; /* the one that runs, or ran last */

static void resume(struct coroutine *coroutine)
{
    current = coroutine;
    swapcontext(&coroutine->outside, &coroutine->inside);
}

static void suspend(void)
{
    swapcontext(&current->inside, &current->outside);
}
// #endregion switch

// #region create
static void start(void)
{
    current->run();
    current->finished = true;
    suspend();
}

static struct coroutine *create(const char *name, void (*run)(void))
{
    struct coroutine *coroutine = calloc(1, sizeof(*coroutine));
    if (!coroutine || getcontext(&coroutine->inside))
        abort();
    coroutine->run = run;
    coroutine->name = name;
    coroutine->inside.uc_stack.ss_sp = coroutine->stack;
    coroutine->inside.uc_stack.ss_size = sizeof(coroutine->stack);
    makecontext(&coroutine->inside, start, 0);
    return coroutine;
}
// #endregion create

// #region count
static void count(void)
{
    for (int i = 1; i <= 3; i++) {
        printf("  %s counts %d\n", current->name, i);
        suspend();
    }
    printf("  %s has ended\n", current->name);
}
// #endregion count

int main(void)
{
    // #region main
    struct coroutine *ana = create("ana", count), *bob = create("bob", count);
    while (!ana->finished || !bob->finished) {
        puts("main: a new round");
        if (!ana->finished)
            resume(ana);
        if (!bob->finished)
            resume(bob);
    }
    // #endregion main
    free(ana);
    free(bob);
    return 0;
}
