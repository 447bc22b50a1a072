/* A coroutine made by hand: a function that stops in the middle, and continues from there. */
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

// #region coroutine
struct coroutine {
    ucontext_t inside, outside; /* where it stopped; where its resumer continues */
    void (*run)(struct coroutine *self);
    const char *name;
    int finished;
    char stack[64 * 1024];
};

static struct coroutine *starting; /* makecontext passes no pointers */

static void start(void)
{
    struct coroutine *self = starting;
    self->run(self);
    self->finished = 1;
    swapcontext(&self->inside, &self->outside);
}

static void resume(struct coroutine *self)
{
    starting = self;
    swapcontext(
        &self->outside, &self->inside); /* saves this place in outside, and jumps to inside */
}

static void suspend(struct coroutine *self)
{
    swapcontext(&self->inside, &self->outside);
}

static struct coroutine *create(const char *name, void (*run)(struct coroutine *self))
{
    struct coroutine *self = calloc(1, sizeof(*self));
    if (!self || getcontext(&self->inside))
        abort();
    self->run = run;
    self->name = name;
    self->inside.uc_stack.ss_sp = self->stack;
    self->inside.uc_stack.ss_size = sizeof(self->stack);
    makecontext(&self->inside, start, 0);
    return self;
}
// #endregion coroutine

// #region count
static void count(struct coroutine *self)
{
    for (int i = 1; i <= 3; i++) {
        printf("  %s counts %d\n", self->name, i);
        suspend(self);
    }
    printf("  %s has ended\n", self->name);
}
// #endregion count

int main(void)
{
    // #region main
    struct coroutine *ana = create("ana", count), *bob = create("bob", count);
    while (!ana->finished || !bob->finished) {
        puts("main resumes both");
        resume(ana);
        resume(bob);
    }
    // #endregion main
    free(ana);
    free(bob);
    return 0;
}
