/* How many threads of the pool are busy at once? */
#include "exercise.h"

/* EXERCISE: count the busy threads, and the largest number that were busy at once. This runs on
 * several threads at the same time. */
int run_call(void *argument)
{
    struct call *call = argument;
    call->block(call->argument);
    return 0;
}
