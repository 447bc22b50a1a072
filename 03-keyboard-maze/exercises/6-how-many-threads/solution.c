/* How many threads of the pool are busy at once? */
#include "exercise.h"

/* Between the look and the change another thread may have set more: then look again. */
static void raise_to(atomic_int *most, int busy)
{
    int before = atomic_load(most);
    while (before < busy && !atomic_compare_exchange_weak(most, &before, busy))
        ;
}

int run_call(void *argument)
{
    struct call *call = argument;
    raise_to(&call->gauge->most, ++call->gauge->busy);
    call->block(call->argument);
    call->gauge->busy--;
    return 0;
}
