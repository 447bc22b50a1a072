/* How many threads of the pool are busy at once? */
#include "exercise.h"

/* Another thread may raise it between the load and the exchange: then try again. */
static void raise_to(atomic_int *peak, int busy)
{
    int before = atomic_load(peak);
    while (before < busy && !atomic_compare_exchange_weak(peak, &before, busy))
        ;
}

int run_call(void *argument)
{
    struct call *call = argument;
    raise_to(&call->gauge->peak, ++call->gauge->busy);
    call->block(call->argument);
    call->gauge->busy--;
    return 0;
}
